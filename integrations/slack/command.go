package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const maxShown = 20 // alerts or schedules in an answer

const help = "`/tocsin list` shows what is open\n" +
	"`/tocsin ack 1042` acknowledges alert #1042\n" +
	"`/tocsin close 1042` closes it\n" +
	"`/tocsin oncall` shows who is on call\n" +
	"`/tocsin incident` shows what can be done about incidents"

// Command serves POST /slack/commands; what it answers is seen only by the person who typed.
func (in *Interactions) Command(w http.ResponseWriter, r *http.Request) {
	form := in.authentic(w, r)
	if form == nil {
		return
	}
	if form.Get("ssl_check") != "" { // Slack looks whether the address works
		w.WriteHeader(http.StatusOK)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), actBudget)
	defer cancel()
	text := in.typed(ctx, form.Get("user_id"), form.Get("channel_id"), form.Get("text"))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(only(text)) // the person has gone
}

// typed does what a command says, and returns the answer.
func (in *Interactions) typed(ctx context.Context, member, channel, text string) string {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 || words[0] == "help" {
		return help
	}
	user, ok := in.user(member)
	if !ok {
		return unlinked(member)
	}
	switch words[0] {
	case "incident", "incidents":
		return in.incident(ctx, asker{user, channel}, strings.Fields(spoken(text, in.nameOf))[1:])
	case "list":
		return in.list(ctx)
	case "oncall":
		return in.onCall(ctx)
	case "ack":
		return in.do(ctx, alert.Ack, user, words[1:])
	case "close":
		return in.do(ctx, alert.Close, user, words[1:])
	}
	return fmt.Sprintf("There is no command “%s”.\n%s", mrkdwn(words[0], 40), help)
}

var number = regexp.MustCompile(`^#?([0-9]{1,18})$`)

func (in *Interactions) do(ctx context.Context, what alert.Do, user string, args []string) string {
	if len(args) != 1 {
		return fmt.Sprintf("Name one alert by its number, such as `/tocsin %s 1042`.", what)
	}
	ref := ""
	if m := number.FindStringSubmatch(args[0]); m != nil {
		ref = m[1]
	} else if id, err := store.ParseID(args[0]); err == nil && id.Kind() == store.KindAlert {
		ref = string(id)
	} else {
		return fmt.Sprintf("“%s” is not the number of an alert. `/tocsin list` shows them.", mrkdwn(args[0], 40))
	}
	return in.act(ctx, ref, alert.Action{Do: what, By: user, Via: "slack"})
}

func (in *Interactions) list(ctx context.Context) string {
	open, err := in.acts.Open(ctx, maxShown+1)
	if err != nil {
		return in.failed(err, "command", "list")
	}
	if len(open) == 0 {
		return "Nothing is open."
	}
	var lines []string
	for i, a := range open {
		if i == maxShown {
			lines = append(lines, "and more")
			break
		}
		l := mrkdwn(marker(a)+" "+headline(a), maxEntry)
		if a.AckedBy != "" && a.Status == alert.Acked {
			l += ", " + mrkdwn(oneLine(a.AckedBy), 40) + " has it"
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n")
}

func (in *Interactions) onCall(ctx context.Context) string {
	shifts, err := in.acts.OnCall(ctx)
	if err != nil {
		return in.failed(err, "command", "oncall")
	}
	if len(shifts) == 0 {
		return "There are no schedules."
	}
	var lines []string
	for i, s := range shifts {
		if i == maxShown {
			lines = append(lines, fmt.Sprintf("and %d more", len(shifts)-maxShown))
			break
		}
		who := mrkdwn(oneLine(strings.Join(s.Users, ", ")), 100)
		if who == "" {
			who = "nobody"
		}
		l := "*" + mrkdwn(oneLine(s.Schedule), 60) + "*: " + who
		if !s.Until.IsZero() {
			l += ", until " + clock(s.Until, in.directory().Zone)
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n")
}
