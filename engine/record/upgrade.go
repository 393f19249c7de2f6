package record

import (
	"encoding/json"
	"fmt"
)

// upgrade turns the fields of a record into those of the next format. It need not set "v". It
// must leave a record in the lists and under the keys that it is in, which the store goes by.
type upgrade func(fields map[string]json.RawMessage) error

// The upgrades of each kind. Who raises alert.Format to 2 appends what makes 2 of 1 here, and adds records of
// format 2 to testdata; those of format 1 stay there.
var (
	alertUpgrades      []upgrade
	incidentUpgrades   []upgrade
	postmortemUpgrades []upgrade
	heartbeatUpgrades  []upgrade
	canaryUpgrades     []upgrade
	overrideUpgrades   []upgrade
	absenceUpgrades    []upgrade
	swapUpgrades       []upgrade
	calendarUpgrades   []upgrade
	textUpgrades       []upgrade
	throttleUpgrades   []upgrade
	contactUpgrades    []upgrade
	feedUpgrades       []upgrade
	entryUpgrades      []upgrade
	handoffUpgrades    []upgrade
	digestUpgrades     []upgrade

	maintenanceUpgrades []upgrade
	aggregateUpgrades   []upgrade
	subscriberUpgrades  []upgrade
	deploymentUpgrades  []upgrade
	attachmentUpgrades  []upgrade
)

// upgraded is the data of a record in the latest format.
func upgraded(data []byte, latest int, upgrades []upgrade) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	var format int
	if err := json.Unmarshal(fields["v"], &format); err != nil || format < 1 {
		return nil, fmt.Errorf("it cannot be read: its format %q is none", fields["v"])
	}
	if format > latest {
		return nil, fmt.Errorf("it has format %d, and this version knows up to %d: %w; use that version", format, latest, ErrNewer)
	}
	for ; format < latest; format++ {
		if err := upgrades[format-1](fields); err != nil {
			return nil, fmt.Errorf("it cannot be brought from format %d to %d: %w", format, format+1, err)
		}
	}
	fields["v"] = json.RawMessage(fmt.Sprint(latest))
	return json.Marshal(fields)
}
