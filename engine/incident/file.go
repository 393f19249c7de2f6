package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// What can be attached to an incident.
const (
	MaxFile   = 5 << 20  // bytes of one file
	maxInAll  = 50 << 20 // bytes of all files
	maxFiles  = 100
	maxName   = 200 // bytes
	maxReason = 1000
)

// File is something that was attached: its bytes are in a record of their own.
type File struct {
	N    int       `json:"n"`            // 1, 2, …
	ID   store.ID  `json:"id,omitempty"` // of the bytes; empty once they are gone
	Name string    `json:"name"`
	Type string    `json:"type"` // its media type, as its bytes say
	Size int       `json:"size"`
	Sum  string    `json:"sha256"` // in hex
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Via  string    `json:"via,omitempty"`
	Note string    `json:"note,omitempty"`

	RemovedAt time.Time `json:"removed_at,omitzero"`
	RemovedBy string    `json:"removed_by,omitempty"`
	Reason    string    `json:"reason,omitempty"` // why it was removed
}

// Picture reports whether browsers can show it without running anything that it holds.
func (f File) Picture() bool {
	return slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, f.Type)
}

// FileNamed returns file n, or nil.
func (s *State) FileNamed(n int) *File {
	if i := slices.IndexFunc(s.Files, func(f File) bool { return f.N == n }); i >= 0 {
		return &s.Files[i]
	}
	return nil
}

// Same returns the file with the same name and bytes that is there already, or nil.
func (s *State) Same(name, sum string) *File {
	if i := slices.IndexFunc(s.Files, func(f File) bool { return f.Name == name && f.Sum == sum && f.ID != "" }); i >= 0 {
		return &s.Files[i]
	}
	return nil
}

// Attached is a file that somebody brought. N and At are set by Apply. The one that is there already is not added again.
type Attached struct {
	File File
	Data []byte
}

func (in Attached) apply(s *State, env Env, fx *Effects) error {
	f := in.File
	f.Name = base(f.Name)
	if s.Same(f.Name, f.Sum) != nil {
		return nil
	}
	held := f.Size
	for _, there := range s.Files {
		if there.ID != "" {
			held += there.Size
		}
	}
	switch {
	case f.Name == "" || len(f.Name) > maxName:
		return &Refused{fmt.Sprintf("A file needs a name of %d bytes at most.", maxName)}
	case f.Size == 0:
		return &Refused{fmt.Sprintf("The file %q is empty.", f.Name)}
	case f.Size > MaxFile:
		return &Refused{fmt.Sprintf("A file has %d MB at most, %q has %.1f: keep it where it can be seen for long, and add a link.", MaxFile>>20, f.Name, float64(f.Size)/(1<<20))}
	case held > maxInAll:
		return &Refused{fmt.Sprintf("The files of an incident have %d MB in all: keep %q elsewhere, and add a link.", maxInAll>>20, f.Name)}
	case len(s.Files) >= maxFiles:
		return &Refused{fmt.Sprintf("An incident has %d files at most.", maxFiles)}
	case len(f.Note) > maxNote:
		return &Refused{fmt.Sprintf("A note holds %d bytes at most, this one has %d.", maxNote, len(f.Note))}
	}
	f.N, f.At = 1, env.Now
	if n := len(s.Files); n > 0 {
		f.N = s.Files[n-1].N + 1
	}
	s.Files = append(s.Files, f)
	fx.Bytes = &Bytes{ID: f.ID, Data: in.Data}
	s.did(Action{By: f.By, Via: f.Via, Note: f.Note}, env, "attached", fmt.Sprintf("file %d, %s (%s)", f.N, f.Name, Size(f.Size)))
	return nil
}

// Detached takes the bytes of a file away, because it should not have been there. That it was there stays known.
type Detached struct {
	N       int
	By, Via string
	Reason  string
}

func (in Detached) apply(s *State, env Env, _ *Effects) error {
	f := s.FileNamed(in.N)
	switch {
	case f == nil:
		return &Refused{fmt.Sprintf("%s has no file %d.", s.Name(), in.N)}
	case f.ID == "":
		return &Refused{fmt.Sprintf("File %d, %s, is gone already.", f.N, f.Name)}
	case strings.TrimSpace(in.Reason) == "" || len(in.Reason) > maxReason:
		return &Refused{fmt.Sprintf("Say in 1 to %d bytes why the file is removed.", maxReason)}
	}
	s.send(Errand{Do: Discard, Alert: f.ID}, env)
	f.ID, f.RemovedAt, f.RemovedBy, f.Reason = "", env.Now, in.By, in.Reason
	s.did(Action{By: in.By, Via: in.Via, Note: in.Reason}, env, "detached", fmt.Sprintf("file %d, %s, is removed", f.N, f.Name))
	return nil
}

// discard has the bytes of all files deleted, at the end of the incident's time.
func (s *State) discard(env Env) {
	for _, f := range s.Files {
		if f.ID != "" {
			s.send(Errand{Do: Discard, Alert: f.ID}, env)
		}
	}
}

// discarded says that the bytes with an id are deleted.
func (s *State) discarded(id store.ID) {
	for i := range s.Files {
		if s.Files[i].ID == id {
			s.Files[i].ID = ""
		}
	}
}

// holds reports whether there are bytes that have to be deleted first.
func (s *State) holds() bool {
	return slices.ContainsFunc(s.Files, func(f File) bool { return f.ID != "" })
}

// base is the last part of a path, whichever system wrote it, without what cannot be seen.
func base(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, name))
}

// Size says how large something of n bytes is.
func Size(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
