package intake

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
)

// ReportedDeployment is what Options.Count is told of a deployment that was reported.
const ReportedDeployment = "deployment"

// Deployed says what became of what was reported of a deployment.
type Deployed struct {
	ID           string `json:"id"` // DEP-5
	State        string `json:"state"`
	Service      string `json:"service"`
	KnownService bool   `json:"known_service"` // the configuration has it
}

// receiveSigned is POST /in/{integration} of one that signs what it sends. The body is read before it is known who sent
// it, and within its limits.
func (o Options) receiveSigned(c echo.Context, src Source) error {
	body, refused := o.read(c.Request())
	if refused != nil {
		return o.refuse(c, src.Name, refused)
	}
	signed := len(src.Keys) == 0
	for _, key := range src.Keys {
		signed = src.Signed(key, body, c.Request().Header) || signed
	}
	if !signed {
		return o.refuse(c, src.Name, &refusal{status: http.StatusUnauthorized, code: "unauthorized", message: "the body is not signed with a key of this integration",
			hint: "give the sender the integration's key as the secret of its webhook"})
	}
	return o.deploy(c, src, body)
}

// receiveDeployment is POST /in/{integration} of one that reports deployments and has sent its key.
func (o Options) receiveDeployment(c echo.Context, src Source) error {
	body, refused := o.read(c.Request())
	if refused != nil {
		return o.refuse(c, src.Name, refused)
	}
	return o.deploy(c, src, body)
}

// deploy takes an authenticated report to its end, even if the sender hangs up meanwhile.
func (o Options) deploy(c echo.Context, src Source, body []byte) error {
	r, err := src.Deployment(Request{Body: body, Header: c.Request().Header, Query: c.QueryParams(), Now: o.Now().UTC()})
	if err != nil {
		return o.refuse(c, src.Name, invalidBody(err, 0))
	}
	var answer struct {
		Deployment *Deployed `json:"deployment"` // null where the request tells nothing that matters
	}
	if r != nil {
		r.Integration = src.Name
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), ingestTimeout)
		defer cancel()
		done, err := o.Deploy(ctx, *r)
		var refused *deployment.Refused
		if errors.As(err, &refused) {
			return o.refuse(c, src.Name, invalidBody(err, 0))
		}
		if err != nil {
			return o.refuse(c, src.Name, notStored(err))
		}
		answer.Deployment = &done
		o.Count(src.Name, ReportedDeployment, 1)
	}
	return c.JSON(http.StatusAccepted, answer)
}
