package intake_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCompressedBodiesAreReadWithinTheLimit(t *testing.T) {
	t.Parallel()
	bomb := `{"alerts":[],"x":"` + strings.Repeat("x", 16<<20) + `"}`
	for _, c := range []struct {
		name, encoding string
		body           []byte
		status         int
	}{
		{"gzip", "gzip", gzipped(t, oneAlert), 202},
		{"deflate", "deflate", deflated(t, oneAlert), 202},
		{"identity", "identity", []byte(oneAlert), 202},
		{"a gzip bomb", "gzip", gzipped(t, bomb), 413},
		{"a deflate bomb", "deflate", deflated(t, bomb), 413},
		{"not gzip", "gzip", []byte(oneAlert), 400},
		{"not deflate", "deflate", []byte(oneAlert), 400},
		{"half of it", "gzip", gzipped(t, oneAlert)[:40], 400},
		{"brotli", "br", []byte(oneAlert), 415},
		{"twice", "gzip, gzip", gzipped(t, oneAlert), 415},
	} {
		d := newDoor(t)
		r := httptest.NewRequest(http.MethodPost, "/in/am?key=am-key", bytes.NewReader(c.body))
		r.Header.Set("Content-Encoding", c.encoding)
		if w := d.do(r); w.Code != c.status || (len(d.stored) > 0) != (c.status == 202) {
			t.Errorf("%s: answered %d %s, want %d", c.name, w.Code, w.Body, c.status)
		}
	}
}

func gzipped(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	return compressed(t, &b, gzip.NewWriter(&b), s)
}

func deflated(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	return compressed(t, &b, zlib.NewWriter(&b), s)
}

func compressed(t *testing.T, b *bytes.Buffer, w io.WriteCloser, s string) []byte {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
