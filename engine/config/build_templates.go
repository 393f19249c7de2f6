package config

import (
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// maxTemplate bounds a template of postmortems, in bytes.
const maxTemplate = 1 << 20

// templates reads those of postmortems. What is wrong in one is said at the place where it is named, with its own
// line and column.
func (b *builder) templates() (list []directory.Template) {
	for i, t := range b.f.Postmortem.Templates {
		path := fmt.Sprintf("postmortem.templates[%d]", i)
		if t.File == "" {
			continue // said already
		}
		built := directory.Template{File: t.File, When: b.condition(path+".when", string(t.When))}
		text, err := read(b.relative(path+".file", t.File), maxTemplate)
		if err != nil {
			b.fail(path+".file", "", "the file %q %s", t.File, reason(err))
			continue
		}
		if built.Outline, err = postmortem.ParseTemplate(text); err != nil {
			b.fail(path+".file", "", "%s:%v", t.File, err)
			continue
		}
		if t.When == "" && i < len(b.f.Postmortem.Templates)-1 {
			b.warn(path, "put it last, or give it a condition with when:", "the templates after this one are never used: it applies to every incident")
		}
		list = append(list, built)
	}
	return list
}
