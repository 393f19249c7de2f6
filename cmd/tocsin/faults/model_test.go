package faults

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"
)

// The operations of clients.
const (
	ingest   = "ingest" // a firing event with the key
	ack      = "ack"
	unack    = "unack"
	closeOut = "close"
	get      = "get"
)

// input is what a client asked for. Only ingest does without the number of an alert.
type input struct {
	op     string
	key    string // the dedup key
	number uint64 // of the alert that is meant
}

// output is what it was answered. The zero output is none: the answer was lost, or says that the outcome is unknown
// (503), and the operation may happen at any later time, or never.
type output struct {
	number  uint64
	status  string
	count   int  // 0 where the answer does not say it
	refused bool // 409: it cannot be done to the alert as it is
}

// keyState is what a dedup key stands for: its present alert, and those that were closed before.
type keyState struct {
	number uint64 // 0 when there is no alert yet; anonymous when no answer has told it yet
	status string
	count  int
	older  string // "7=3 " for each closed alert: its number, and its count for ever
}

// anonymous is the number of an alert that was made by an event whose answer was lost.
const anonymous = ^uint64(0)

// alerts is the sequential model: what one dedup key does when one thing happens after the other.
func alerts() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			var parts [][]porcupine.Operation
			index := map[string]int{}
			for _, op := range history {
				key := op.Input.(input).key
				i, ok := index[key]
				if !ok {
					i, parts = len(parts), append(parts, nil)
					index[key] = i
				}
				parts[i] = append(parts[i], op)
			}
			return parts
		},
		Init: func() any { return keyState{} },
		Step: func(state, in, out any) (bool, any) {
			ok, next := step(state.(keyState), in.(input), out.(output))
			return ok, next
		},
		DescribeOperation: func(in, out any) string { return describe(in.(input), out.(output)) },
		DescribeState: func(state any) string {
			s := state.(keyState)
			return fmt.Sprintf("#%s %s ×%d %s", numberText(s.number), s.status, s.count, s.older)
		},
	}
}

// step says whether the answer is right in that state, and what the state is then.
func step(s keyState, in input, out output) (bool, keyState) {
	if in.op == ingest {
		return s.ingest(out)
	}
	older := fmt.Sprintf("%d=", in.number)
	if i := strings.Index(" "+s.older, " "+older); i >= 0 { // closed for ever; close says so, others are refused
		closed := output{number: in.number, status: "closed"}
		_, _ = fmt.Sscanf(s.older[i+len(older):], "%d", &closed.count)
		return answers(out, in.op, closed), s
	}
	if s.number == anonymous {
		s.number = in.number
	}
	if s.number != in.number {
		return false, s // nobody can know the number of an alert that never was
	}
	next := s
	if s.status != "closed" {
		switch in.op {
		case ack:
			next.status = "acked"
		case unack:
			next.status = "open"
		case closeOut:
			next.status = "closed"
		}
	}
	return answers(out, in.op, output{number: in.number, status: next.status, count: next.count}), next
}

// ingest begins an alert, or counts one more event of the present one.
func (s keyState) ingest(out output) (bool, keyState) {
	if s.number != 0 && s.status != "closed" {
		if s.number == anonymous && out.number != 0 && !strings.Contains(" "+s.older, fmt.Sprintf(" %d=", out.number)) {
			s.number = out.number
		}
		s.count++
		return answers(out, ingest, output{number: s.number, status: s.status}), s
	}
	next := keyState{number: anonymous, status: "open", count: 1, older: s.older}
	if s.number != 0 {
		next.older += fmt.Sprintf("%d=%d ", s.number, s.count)
	}
	if out == (output{}) {
		return true, next
	}
	if strings.Contains(" "+next.older, fmt.Sprintf(" %d=", out.number)) {
		return false, next // a closed alert came back
	}
	next.number = out.number
	return out.status == "open" && !out.refused, next
}

// answers reports whether out is the answer of an operation after which the alert is as want.
func answers(out output, op string, want output) bool {
	if out == (output{}) {
		return true
	}
	if refuses := want.status == "closed" && (op == ack || op == unack); refuses || out.refused {
		return refuses && out.refused
	}
	return out.number == want.number && out.status == want.status && (out.count == 0 || want.count == 0 || out.count == want.count)
}

func describe(in input, out output) string {
	asked := in.op
	if in.number != 0 {
		asked += " #" + numberText(in.number)
	}
	switch {
	case out == (output{}):
		return asked + " → ?"
	case out.refused:
		return asked + " → refused"
	}
	return fmt.Sprintf("%s → #%d %s ×%d", asked, out.number, out.status, out.count)
}

func numberText(n uint64) string {
	if n == anonymous {
		return "?"
	}
	return fmt.Sprint(n)
}
