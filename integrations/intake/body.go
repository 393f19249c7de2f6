package intake

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// read gives the decompressed body, if it is within the limits.
func (o Options) read(r *http.Request) ([]byte, *refusal) {
	if r.ContentLength > o.MaxBody {
		return nil, o.tooLarge()
	}
	reader, refused := decompress(r)
	if refused != nil {
		return nil, refused
	}
	body, err := o.readAll(reader, r.ContentLength)
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrHeader), errors.Is(err, zlib.ErrChecksum):
		return nil, invalidBody(fmt.Errorf("the body is not what its Content-Encoding says: %w", err), 0)
	case err != nil:
		return nil, invalidBody(fmt.Errorf("the body could not be read to its end: %w", err), 0)
	case int64(len(body)) > o.MaxBody:
		return nil, o.tooLarge()
	}
	return body, o.measure(body)
}

// readAll reads at most one byte more than is allowed. A length that the sender announced saves growing.
func (o Options) readAll(reader io.Reader, announced int64) ([]byte, error) {
	body := make([]byte, 0, max(512, min(announced, o.MaxBody)+1))
	limited := io.LimitReader(reader, o.MaxBody+1)
	for {
		n, err := limited.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

func decompress(r *http.Request) (io.Reader, *refusal) {
	var reader io.Reader
	var err error
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return r.Body, nil
	case "gzip", "x-gzip":
		reader, err = gzip.NewReader(r.Body)
	case "deflate":
		reader, err = zlib.NewReader(r.Body)
	default:
		return nil, &refusal{status: http.StatusUnsupportedMediaType, code: "unknown_encoding",
			message: fmt.Sprintf("the Content-Encoding %.40q is not known", encoding), hint: "send the body as it is, or with gzip or deflate"}
	}
	if err != nil {
		return nil, invalidBody(fmt.Errorf("the body is not what its Content-Encoding says: %w", err), 0)
	}
	return reader, nil
}

// drain reads what is left of the body of a refused request, within reason: a sender that is still writing when the
// connection closes sees a broken pipe instead of the answer. One that waits for "100 Continue" has sent nothing.
func (o Options) drain(c echo.Context) {
	r := c.Request()
	if strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		return
	}
	// The answer is the same whether this works or not.
	_, _ = io.CopyN(io.Discard, r.Body, 4*o.MaxBody)
}

func (o Options) tooLarge() *refusal {
	return &refusal{status: http.StatusRequestEntityTooLarge, code: "too_large",
		message: fmt.Sprintf("the body is larger than %d bytes", o.MaxBody), hint: "send fewer alerts at a time"}
}

// measure refuses what would cost too much to decode.
func (o Options) measure(body []byte) *refusal {
	depth, items := scan(body)
	switch {
	case depth > o.MaxDepth:
		return &refusal{status: http.StatusRequestEntityTooLarge, code: "too_deep",
			message: fmt.Sprintf("the JSON is nested deeper than %d levels", o.MaxDepth), hint: "send a flatter body"}
	case items > o.MaxEvents:
		return &refusal{status: http.StatusRequestEntityTooLarge, code: "too_many",
			message: fmt.Sprintf("the body lists more than %d items", o.MaxEvents), hint: "send fewer alerts at a time"}
	}
	return nil
}

// scan measures JSON without decoding it: how deep lists and objects are nested, and how many items are listed where
// sources list alerts: in a list that is the body, or objects in lists directly within the body. It takes
// anything; what is not JSON is for the decoder to refuse.
func scan(body []byte) (depth, items int) {
	level, inText := 0, false
	var lists [3]bool // whether the value at a level is a list
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case inText && b == '\\':
			i++
		case b == '"':
			inText = !inText
		case inText:
		case b == '[' || b == '{':
			if level == 2 && lists[2] && b == '{' {
				items++
			}
			level++
			depth = max(depth, level)
			if level < len(lists) {
				lists[level] = b == '['
			}
		case b == ']' || b == '}':
			level = max(level-1, 0)
		case b == ',' && level == 1 && lists[1]:
			items++
		}
	}
	if lists[1] {
		items++
	}
	return depth, items
}
