package opsgenie

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
)

// maxBody is how long a body may be, in bytes.
const maxBody = 1 << 20

// read decodes the body, and says whether it could; otherwise the answer is written.
func (c *call) read(into any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.req.Body, maxBody))
	if err != nil {
		c.refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("Request body has more than %d bytes, or broke off", maxBody), nil)
		return false
	}
	if err := payload.Unmarshal(body, into); err != nil {
		c.refuse(http.StatusBadRequest, "Request body is not processable: "+err.Error(), nil)
		return false
	}
	return true
}

const notProcessable = "Request body is not processable. Please check the errors."

// create is POST /v2/deployments.
func (c *call) create() {
	var body sent
	if !c.read(&body) {
		return
	}
	r, wrong := body.report(c.integration)
	if len(wrong) > 0 {
		c.refuse(http.StatusUnprocessableEntity, notProcessable, wrong)
		return
	}
	c.deploy(r)
}

// update is PUT /v2/deployments/{id}/updateState.
func (c *call) update(ref string) {
	var body struct {
		State       string `json:"state"`
		CompletedAt any    `json:"completedAt"`
	}
	if !c.read(&body) {
		return
	}
	wrong := map[string]string{}
	status, ok := states[strings.ToLower(body.State)]
	if !ok {
		wrong["state"] = "should be one of [ initial, started, successful, failed ]"
	}
	at := instant(body.CompletedAt, "completedAt", wrong)
	if len(wrong) > 0 {
		c.refuse(http.StatusUnprocessableEntity, notProcessable, wrong)
		return
	}
	s, ok := c.find(ref)
	if !ok {
		return
	}
	c.deploy(deployment.Report{Integration: s.Integration, External: s.External, Status: status, FinishedAt: at})
}

// deploy answers when what is said is durable, even if the sender hangs up meanwhile.
func (c *call) deploy(r deployment.Report) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.req.Context()), timeout)
	defer cancel()
	s, err := c.Deploy(ctx, r)
	var refused *deployment.Refused
	switch {
	case errors.As(err, &refused):
		hint := refused.Reason
		if refused.Field == "service" {
			hint = "name a repository in releases, or give the integration a service in the configuration"
		}
		c.refuse(http.StatusUnprocessableEntity, notProcessable, map[string]string{refused.Field: hint})
	case err != nil:
		c.failed(err)
	default:
		c.Count(c.integration, "deployment", 1)
		c.accepted(string(s.ID))
	}
}

// get is GET /v2/deployments/{id}.
func (c *call) get(ref string) {
	if s, ok := c.find(ref); ok {
		c.found(shown(s))
	}
}

// request is GET /v2/deployments/requests/{requestId}: a request's id is its deployment's.
func (c *call) request(id string) {
	s, ok := c.find(id)
	if !ok {
		return
	}
	c.found(map[string]any{"success": true, "isSuccess": true, "action": "Create", "status": "Processed deployment",
		"processedAt": s.UpdatedAt.UTC(), "integrationId": c.integration, "deploymentId": string(s.ID)})
}

// find looks for a deployment by its id or, as identifierType and type ask for it, by the id of its sender. One of another
// integration is none. When there is none, the answer is written.
func (c *call) find(ref string) (*deployment.State, bool) {
	ctx, cancel := context.WithTimeout(c.req.Context(), timeout)
	defer cancel()
	q := c.req.URL.Query()
	kind := q.Get("identifierType") + q.Get("type")
	s, err := c.ByID(ctx, ref)
	if kind == "api" || kind == "pipelines" || err != nil && c.NotFound(err) {
		s, err = c.ByExternal(ctx, c.integration, ref)
	}
	switch {
	case err == nil && s.Integration == c.integration:
		return s, true
	case err == nil || c.NotFound(err):
		if strings.Contains(c.req.URL.Path, "/requests/") {
			c.w.Header().Set("X-Opsgenie-Errortype", "RequestNotProcessed") // clients ask again later
		}
		c.refuse(http.StatusNotFound, "Deployment does not exist", nil)
	default:
		c.failed(err)
	}
	return nil, false
}

func (c *call) failed(err error) {
	c.Log.Error("a deployment could not be stored or read", "integration", c.integration, "error", err)
	if c.Unavailable(err) {
		c.refuse(http.StatusServiceUnavailable, "The state is away now, try again", nil)
		return
	}
	c.refuse(http.StatusInternalServerError, "Internal server error", nil)
}
