package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Stream asks for a path and gives what comes, of any length and however long it takes. The caller closes it. The
// errors are those of Do.
func (c *Client) Stream(ctx context.Context, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String()+path, nil)
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	}
	patient := *c.http
	patient.Timeout = 0
	response, err := patient.Do(request)
	if err != nil {
		return nil, &Unreachable{Address: c.base.Redacted(), Err: reason(err)}
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, &Unreachable{Address: c.base.Redacted(), Err: fmt.Errorf("the answer broke off: %w", err)}
	}
	return nil, refused(response, data)
}
