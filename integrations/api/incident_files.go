package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// IncidentFile is a file that was attached to an incident.
type IncidentFile struct {
	N    int    `json:"n"`
	Name string `json:"name"`
	Type string `json:"type" doc:"Its media type, as its bytes say."`
	Size int    `json:"size" doc:"Bytes."`
	Sum  string `json:"sha256"`
	At   Time   `json:"at"`
	By   string `json:"by"`
	Note string `json:"note"`

	RemovedAt Time   `json:"removed_at" doc:"Since when its bytes are gone."`
	RemovedBy string `json:"removed_by"`
	Reason    string `json:"reason" doc:"Why they were removed."`
}

func filesOf(s *incident.State) []IncidentFile {
	out := make([]IncidentFile, len(s.Files))
	for i, f := range s.Files {
		out[i] = IncidentFile{f.N, f.Name, f.Type, f.Size, f.Sum, utc(f.At), f.By, f.Note, utc(f.RemovedAt), f.RemovedBy, f.Reason}
	}
	return out
}

const bytesType = "application/octet-stream"

var (
	attachParams = []param{
		{name: "name", doc: "The file's name."},
		{name: "note", doc: "What it shows, in the timeline."},
		{name: "user", doc: "In whose name; the key's own by default."},
	}
	detachParams = []param{
		{name: "reason", doc: "Why it is removed."},
		{name: "user", doc: "In whose name; the key's own by default."},
	}
	// fileKinds are the media types of files that are sent as what they are; all others are only bytes.
	fileKinds = []string{bytesType, "image/png", "image/jpeg", "image/gif", "image/webp"}
)

// fileRoutes are about the files of incidents.
func fileRoutes() []route {
	const path = "/incidents/{ref}/files"
	return []route{
		{method: http.MethodPost, path: path, id: "attachToIncident", role: Responder, acts: true, params: attachParams, body: anything{}, answer: Incident{}, handle: attachFile,
			doc: "Attach a file to an incident: the body is its bytes, 5 MB at most. The same file is attached once."},
		{method: http.MethodGet, path: path + "/{n}", id: "getFileOfIncident", doc: "The bytes of a file.", role: Viewer, answer: download{kinds: fileKinds}, handle: getFile},
		{method: http.MethodDelete, path: path + "/{n}", id: "removeFileOfIncident", role: Admin, acts: true, params: detachParams, answer: Incident{}, handle: removeFile,
			doc: "Take the bytes of a file away, because it should not have been there. That it was there stays in the timeline."},
	}
}

func attachFile(c *call) (any, error) {
	by, err := c.by(Actor{User: c.query.text("user")})
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(c.query.text("name"))
	if name == "" {
		return nil, invalid("name", "missing: ?name=graph.png")
	}
	data, err := c.raw(incident.MaxFile)
	if err != nil {
		return nil, err
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return c.shownIncident(c.Engine.Attach(c.ctx, c.name("INC"), incident.File{Name: name, Type: kind, By: by, Via: via, Note: c.query.text("note")}, data))
}

func getFile(c *call) (any, error) {
	n, err := c.fileNumber()
	if err != nil {
		return nil, err
	}
	f, data, err := c.Engine.Attachment(c.ctx, c.name("INC"), n)
	if err != nil {
		return nil, err
	}
	kind := bytesType
	if f.Picture() {
		kind = f.Type
	}
	return download{[]string{kind}, f.Name, func(_ context.Context, w http.ResponseWriter) error {
		_, err := w.Write(data)
		return err
	}}, nil
}

func removeFile(c *call) (any, error) {
	n, err := c.fileNumber()
	if err != nil {
		return nil, err
	}
	by, err := c.by(Actor{User: c.query.text("user")})
	if err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(c.query.text("reason"))
	if reason == "" {
		return nil, invalid("reason", "missing: say why the file is removed")
	}
	return c.shownIncident(c.Engine.Detach(c.ctx, c.name("INC"), incident.Detached{N: n, By: by, Via: via, Reason: reason}))
}

func (c *call) fileNumber() (int, error) {
	n, err := strconv.Atoi(c.param("n"))
	if err != nil {
		return 0, invalid("n", "%q is not the number of a file", clip(c.param("n")))
	}
	return n, nil
}
