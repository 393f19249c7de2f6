package twilio

import (
	"regexp"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/alert"
)

// wish is what a text asks for. The zero wish was not understood.
type wish struct {
	do   alert.Do // Ack, Close, or "" for neither
	code string   // the alert's number, "" when none was given
	note string   // what else was said after the code
	many bool     // several codes
	help bool
}

// Between the words of a reply may be spaces, punctuation and pictures, but no letters of any script: a
// word that we do not know, like a "no" in front, makes the reply one that is not understood.
const gap = `[\s\p{P}\p{S}]*`

var (
	verbFirst = regexp.MustCompile(`(?is)^` + gap + `(acknowledge|ack|a|close|c|help|h)(?:` + gap + `([0-9]{1,18}))?(?:[\s\p{P}\p{S}]+(.*))?$`)
	codeFirst = regexp.MustCompile(`(?is)^` + gap + `([0-9]{1,18})(?:` + gap + `(acknowledge|ack|a|close|c))?` + gap + `$`)
	otherCode = regexp.MustCompile(`(?s)^` + gap + `[0-9]+(?:` + gap + `[0-9]+)*` + gap + `$`)
)

// understand reads a reply: "ack", "ack 1042", "A1042", "1042 ack", "close #1042 fixed the disk", "help".
func understand(body string) wish {
	body = strings.TrimSpace(body)
	if body == "?" {
		return wish{help: true}
	}
	if m := codeFirst.FindStringSubmatch(body); m != nil {
		return wish{do: verb(m[2]), code: m[1]}
	}
	m := verbFirst.FindStringSubmatch(body)
	if m == nil {
		return wish{}
	}
	w := wish{do: verb(m[1]), code: m[2], note: line(m[3])}
	switch {
	case w.do == "":
		return wish{help: true}
	case w.note != "" && w.code == "":
		return wish{} // "ack thanks", "close it": which one is not for us to guess
	case w.note != "" && otherCode.MatchString(w.note):
		return wish{do: w.do, many: true}
	}
	return w
}

func verb(word string) alert.Do {
	switch strings.ToLower(word) {
	case "acknowledge", "ack", "a":
		return alert.Ack
	case "close", "c":
		return alert.Close
	}
	return ""
}
