package config

import (
	"maps"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
)

// deploying are the types of integrations that report deployments.
var deploying = []IntegrationType{"github", "gitlab", "deployments", "pagerduty", "opsgenie"}

// deployments checks what an integration says of those that it reports.
func (b *builder) deployments(path string, in Integration) {
	if !slices.Contains(deploying, in.Type) {
		for key, given := range map[string]bool{"services": in.Services != nil, "environments": in.Environments != nil} {
			if given {
				b.warn(path+"."+key, "", "%s has no effect for type %s", key, in.Type)
			}
		}
		return
	}
	if in.Name == deployment.API {
		b.fail(path+".name", "give it another name", "%s is what is reported over the REST API: the two would take each other's deployments for their own", in.Name)
	}
	b.refer(path+".service", service, in.Service)
	for _, project := range slices.Sorted(maps.Keys(in.Services)) {
		b.refer(path+".services."+project, service, in.Services[project])
	}
	for _, name := range slices.Sorted(maps.Keys(in.Environments)) {
		if tier := in.Environments[name]; !deployment.ValidTier(deployment.Tier(tier)) {
			b.fail(path+".environments."+name, "write production, staging, testing or development", "%q is not what an environment is for", tier)
		}
	}
	if in.ReopenWithin != 0 {
		b.warn(path+".reopen_within", "", "reopen_within has no effect for type %s", in.Type)
	}
}
