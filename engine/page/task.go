package page

import "time"

// Task is what a page of Kind Work does at its provider: a channel is made, a ticket is written. It is done at least
// once, so its provider has to recognise what an attempt before has done.
type Task struct {
	Do   string            `json:"do"`             // which tasks there are is the provider's to say
	Args map[string]string `json:"args,omitempty"` // what it is done with; nothing secret
}

// A task waits for a provider that is away for about a week; a message is of no use by then. What an audience is told is
// still worth knowing an hour later, and there is no other way to tell it.
const (
	maxTaskFailures   = 680
	taskBackoffMost   = 15 * time.Minute
	maxUpdateFailures = 18
	updateBackoffMost = 5 * time.Minute
)

// patience is after how many refusals the page fails for good, and how long it waits between two at most.
func (p *Page) patience() (failures int, most time.Duration) {
	switch p.Kind {
	case Work:
		return maxTaskFailures, taskBackoffMost
	case Update:
		return maxUpdateFailures, updateBackoffMost
	}
	return maxFailures, backoffMost
}
