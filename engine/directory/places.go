package directory

import "github.com/tocsin-oncall/tocsin/engine/page"

// Places are the named channels, as far as they are in the configuration, for what tells them news.
func (d *Directory) Places(names []string) (to []page.Place) {
	for _, name := range names {
		if c, ok := d.Channels[name]; ok {
			to = append(to, page.Place{Name: name, Via: c.Type})
		}
	}
	return to
}
