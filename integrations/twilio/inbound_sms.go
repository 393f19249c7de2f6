package twilio

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const (
	helpText = "Reply ack CODE to take an alert, close CODE to close it. CODE is the number after #. " +
		"ack alone takes the only open alert that was sent to you."
	unknownText = "This number is not known here, so nothing was done. Ask the people who run Tocsin to add it to your user."
	oneAtATime  = "One code at a time, please: ack 1042. To take many at once, open the link."
	// maxListed is how many codes an answer lists; the rest is counted.
	maxListed = 5
)

func (in *Inbound) serveSMS(w http.ResponseWriter, r *http.Request, form url.Values) {
	from, sid := form.Get("From"), form.Get("MessageSid")
	if sid == "" || from == "" {
		http.Error(w, "a text needs MessageSid and From", http.StatusBadRequest)
		return
	}
	if form.Get("OptOutType") != "" { // STOP, START, HELP: Twilio has answered already
		in.log.WarnContext(r.Context(), "a phone changed whether it takes our texts", "what", form.Get("OptOutType"), "users", in.usersOf(from))
		in.text(w, "")
		return
	}
	users := in.usersOf(from)
	if len(users) == 0 {
		// Only the first text is answered: two machines must not talk to each other all night.
		first := false
		in.answered.once("unknown "+from, in.now(), func() (string, bool) { first = true; return "", true })
		in.log.WarnContext(r.Context(), "a text came from a number that no user has", "message", sid)
		if first {
			in.text(w, unknownText)
			return
		}
		in.text(w, "")
		return
	}
	in.text(w, in.answered.once(sid, in.now(), func() (string, bool) {
		text, err := in.answer(r.Context(), users, understand(form.Get("Body")))
		if err != nil {
			in.log.ErrorContext(r.Context(), "a text could not be acted on", "message", sid, "users", users, "error", err)
			return reason(err), false
		}
		return compose("", text, ""), true
	}))
}

// usersOf returns the names of the users with a phone, sorted. Several people may share one: whoever was
// paged acts, and the first by name when that is several.
func (in *Inbound) usersOf(phone string) []string {
	var names []string
	for name, u := range in.directory().Users {
		if u.Phone != "" && e164(u.Phone) == e164(phone) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// answer does what a text asks for and returns what to say. It never guesses which alert is meant.
func (in *Inbound) answer(ctx context.Context, users []string, w wish) (string, error) {
	switch {
	case w.help:
		return helpText, nil
	case w.many:
		return oneAtATime, nil
	case w.do == "" && w.code != "":
		return fmt.Sprintf("What about #%s? Reply ack %s or close %s.", w.code, w.code, w.code), nil
	case w.do == "":
		return "Sorry, that was not understood. " + helpText, nil
	case w.code != "":
		return in.byCode(ctx, users, w)
	}
	return in.byItself(ctx, users, w)
}

// byCode acts on the alert with the code, when it has paged the sender.
func (in *Inbound) byCode(ctx context.Context, users []string, w wish) (string, error) {
	code := strings.TrimLeft(w.code, "0")
	nothing := fmt.Sprintf("No alert #%s was sent to you, so nothing was done. Reply help for help.", w.code)
	st, err := in.acts.Alert(ctx, cmp.Or(code, "0"))
	if isRefused(err) || err == nil && st == nil {
		return nothing, nil
	}
	if err != nil {
		return "", err
	}
	for _, user := range users {
		if paged(st, user) {
			return in.act(ctx, users, user, st, w)
		}
	}
	return nothing, nil
}

// byItself is an "ack" without a code: it takes the one open alert that was sent to the sender, if it is one.
func (in *Inbound) byItself(ctx context.Context, users []string, w wish) (string, error) {
	var open []*alert.State
	by := map[*alert.State]string{}
	for _, user := range users {
		sent, err := in.acts.PagedTo(ctx, user)
		if err != nil {
			return "", err
		}
		for _, st := range sent {
			if st.Status == alert.Open && !slices.ContainsFunc(open, func(o *alert.State) bool { return o.ID == st.ID }) {
				open, by[st] = append(open, st), user
			}
		}
	}
	switch {
	case w.do != alert.Ack: // closing is never guessed
		return "Close which? Reply close CODE." + codes(open), nil
	case len(open) == 0:
		return "No open alert was sent to you, so there is nothing to take.", nil
	case len(open) > 1:
		return "Which one? Reply ack CODE." + codes(open), nil
	}
	return in.act(ctx, users, by[open[0]], open[0], w)
}

// act does it as the user, unless it is done already.
func (in *Inbound) act(ctx context.Context, users []string, user string, st *alert.State, w wish) (string, error) {
	switch {
	case st.Status == alert.Closed:
		return fmt.Sprintf("#%d is closed already. %s", st.Number, st.Title), nil
	case w.do == alert.Ack && st.Status == alert.Acked && st.AckedBy == user:
		return fmt.Sprintf("You have #%d already. %s", st.Number, st.Title), nil
	case w.do == alert.Ack && st.Status == alert.Acked:
		return fmt.Sprintf("%s has #%d already. %s", st.AckedBy, st.Number, st.Title), nil
	}
	st, err := in.acts.Act(ctx, string(st.ID), alert.Action{Do: w.do, By: user, Via: "sms", Note: w.note})
	if isRefused(err) {
		return reason(err), nil
	}
	if err != nil {
		return "", err
	}
	done := "Acknowledged"
	if w.do == alert.Close {
		done = "Closed"
	}
	as := ""
	if len(users) > 1 {
		as = " as " + user + " (several users have this number)"
	}
	return fmt.Sprintf("%s #%d%s. %s", done, st.Number, as, st.Title), nil
}

// paged reports whether the alert was sent to the user, over any way.
func paged(st *alert.State, user string) bool {
	return slices.ContainsFunc(st.Pages, func(p page.Page) bool {
		return p.User == user && (p.Attempts > 0 || p.Status == page.Sent || p.Status == page.Delivered)
	})
}

// codes lists alerts by their codes, the newest first.
func codes(open []*alert.State) string {
	slices.SortFunc(open, func(a, b *alert.State) int { return cmp.Compare(b.Number, a.Number) })
	var b strings.Builder
	for i, st := range open {
		if i == maxListed {
			fmt.Fprintf(&b, " and %d more", len(open)-i)
			break
		}
		title := []rune(line(st.Title))
		fmt.Fprintf(&b, " #%d %s;", st.Number, strings.TrimSpace(string(title[:min(len(title), 30)])))
	}
	return strings.TrimSuffix(b.String(), ";")
}
