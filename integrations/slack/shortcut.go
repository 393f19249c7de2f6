package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// ShortcutTimeline is the callback id of the message shortcut that adds a message to the timeline of an incident.
const ShortcutTimeline = "tocsin_add_to_timeline"

// actionAddTo begins the action ids of the buttons that say to which incident; a number follows.
const actionAddTo = "tocsin_add_to_"

const (
	maxChoices = 10   // incidents among which a person chooses
	maxButton  = 2000 // characters of the value of a button
)

// message is a message of Slack, as a shortcut brings it.
type message struct {
	TS       string `json:"ts"`
	ThreadTS string `json:"thread_ts"`
	User     string `json:"user"`
	Text     string `json:"text"`
	Username string `json:"username"` // of what an app posted under a name
	Bot      struct {
		Name string `json:"name"`
	} `json:"bot_profile"`
	Files []struct {
		Name string `json:"name"`
	} `json:"files"`
	Attachments []struct {
		Fallback string `json:"fallback"` // plain text for those who cannot show it
	} `json:"attachments"`
}

// addition is a message on its way into a timeline; as the value of a button it goes to Slack and comes back signed.
type addition struct {
	Incident string `json:"i,omitempty"`
	Channel  string `json:"c"`
	TS       string `json:"t"`
	By       string `json:"b"`
	Text     string `json:"x"`
	Link     string `json:"l,omitempty"`
}

// shortcut adds a message to the timeline of the incident whose channel it is in, or else asks to which.
func (in *Interactions) shortcut(ctx context.Context, click interaction) ephemeral {
	if click.CallbackID != ShortcutTimeline {
		return ephemeral{}
	}
	user, ok := in.user(click.User.ID)
	if !ok {
		return only(unlinked(click.User.ID))
	}
	add := in.additionOf(click)
	inc, err := in.acts.IncidentIn(ctx, click.Channel.ID)
	if err != nil {
		return only(in.failed(err, "shortcut", click.Channel.ID))
	}
	if inc != nil {
		add.Incident = inc.Name()
		return only(in.add(ctx, add, user))
	}
	open, err := in.acts.OpenIncidents(ctx, maxChoices)
	switch {
	case err != nil:
		return only(in.failed(err, "shortcut", click.Channel.ID))
	case len(open) == 0:
		return only("There is no incident that is open. `/tocsin incident open TITLE` opens one.")
	}
	return choice(add, open)
}

func (in *Interactions) additionOf(click interaction) addition {
	m := click.Message
	text := spoken(m.Text, in.nameOf)
	for _, a := range m.Attachments { // programs say what they have to say in these
		text += "\n" + spoken(a.Fallback, in.nameOf)
	}
	for _, f := range m.Files {
		text += "\n[file " + oneLine(f.Name) + "]"
	}
	by := m.Username
	if by == "" {
		by = m.Bot.Name
	}
	if m.User != "" {
		by = in.nameOf(m.User)
	}
	return addition{Channel: click.Channel.ID, TS: m.TS, By: by, Text: strings.TrimSpace(text), Link: permalink(click)}
}

// nameOf is who a member is here, or else the member's id.
func (in *Interactions) nameOf(member string) string {
	if user, ok := in.user(member); ok {
		return user
	}
	return word(member)
}

// permalink is where a message can be seen: its address is made of the workspace's, its channel and its time.
func permalink(click interaction) string {
	m, channel := click.Message, word(click.Channel.ID)
	domain, ts := strings.Trim(word(click.Team.Domain), ".:,_"), strings.ReplaceAll(word(m.TS), ".", "")
	if domain == "" || ts == "" {
		return ""
	}
	link := "https://" + domain + ".slack.com/archives/" + channel + "/p" + ts
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		link += "?thread_ts=" + word(m.ThreadTS) + "&cid=" + channel
	}
	return link
}

// choice asks to which incident a message belongs. The message goes along in each button, cut to what fits.
func choice(add addition, open []*incident.State) ephemeral {
	const ask = "To which incident does it belong?"
	var list []api.BlockElement
	for i, inc := range open {
		add.Incident = inc.Name()
		label := plain(oneLine(inc.Name()+" "+inc.Title), 70)
		list = append(list, button(actionAddTo+strconv.Itoa(i), add.value(), label))
	}
	return ephemeral{Type: "ephemeral", Text: ask, Blocks: []api.Block{section(ask), actions(list)}}
}

// value is the addition as a button can carry it.
func (a addition) value() string {
	text := a.Text
	for room := maxButton; ; room -= 100 {
		a.Text = plain(text, room)
		if value, err := json.Marshal(a); err != nil || len(value) <= maxButton || room <= 100 {
			return string(value)
		}
	}
}

// chosen adds a message to the incident of the button that was pressed.
func (in *Interactions) chosen(ctx context.Context, value, user string) ephemeral {
	var add addition
	if err := json.Unmarshal([]byte(value), &add); err != nil || add.Incident == "" {
		return only("This button does not name an incident. Use the shortcut again.")
	}
	said := only(in.add(ctx, add, user))
	said.Replace = true
	return said
}

func (in *Interactions) add(ctx context.Context, a addition, user string) string {
	at, err := messageTime(a.TS)
	if err != nil {
		return "This message has no time, so it cannot be added."
	}
	s, err := in.acts.AddMessage(ctx, a.Incident, incident.Message{
		At: at, By: a.By, Text: a.Text, Link: a.Link, Ref: incident.MessageRef(a.Channel, a.TS), LoggedBy: user, Via: "slack",
	})
	if err != nil {
		return in.failed(err, "shortcut", a.Incident, "user", user)
	}
	return "Added to the timeline of " + s.Name() + "."
}

// messageTime reads the timestamp of a message: seconds since 1970, a point, and six digits that count.
func messageTime(ts string) (time.Time, error) {
	whole, fraction, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < 0 || seconds > math.MaxUint32 {
		return time.Time{}, fmt.Errorf("%q is not the timestamp of a message", word(ts))
	}
	micros, _ := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	return time.Unix(seconds, micros*1000).UTC().Truncate(time.Millisecond), nil
}

// only is a text that the person alone sees.
func only(text string) ephemeral { return ephemeral{Type: "ephemeral", Text: text} }
