package ackpage

import (
	"html/template"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

// maxRows bounds the list of a storm's alerts: a page of thousands is too much for a telephone.
const maxRows = 100

// bundleView is what the page of a storm's alerts shows.
type bundleView struct {
	Style template.CSS
	Token string
	Flash string
	As    string

	Count, Open int
	Alerts      []row
	More        int // alerts that are not listed
}

type row struct {
	Href     string // the alert's own page, relative to this one
	Number   uint64
	Title    string
	Priority string
	Status   string
	Standing string
}

func (p *Page) bundleView(v *visit, alerts []*alert.State, did string) bundleView {
	b := bundleView{Style: p.style, Token: v.text, Count: len(alerts)}
	b.As, _ = v.channel()
	for i, st := range alerts {
		if st.Status == alert.Open {
			b.Open++
		}
		if i >= maxRows {
			b.More++
			continue
		}
		b.Alerts = append(b.Alerts, row{
			// Each alert's page opens for the same person, and for no longer than this one.
			Href:   p.Signer.Sign(token.Token{Subject: string(st.ID), User: v.token.User, Expires: v.token.Expires}),
			Number: st.Number, Title: clip(st.Title, maxValue), Priority: priorityClass(st.Priority),
			Status: string(st.Status), Standing: standing(v, st),
		})
	}
	if did == doAck && b.Open == 0 {
		b.Flash = "Done."
	}
	return b
}
