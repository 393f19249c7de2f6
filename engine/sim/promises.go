package sim

// Promises are the names of what the observer holds the engine to, and what they mean.
var Promises = map[string]string{
	"accepted":   "what a sender was told is accepted is an alert that stays known and counts it, until its retention is over",
	"ack":        "an acknowledgement that was answered with 200 was committed",
	"after-ack":  "nobody is paged by a claim that was committed after the acknowledgement, the snooze or the close",
	"claimed":    "a provider is given a message only by the replica that holds its claim, while the claim lasts",
	"lease":      "a claim ends 15 s after it was made, is taken over only when it is over, and is settled only by who holds it",
	"once":       "a page is given to a provider twice only where a crash, a fault of the store or an ambiguous answer explains it",
	"true":       "a page counts as sent only when a provider took a message that carries it",
	"bundle":     "a message for several alerts carries every alert whose page was claimed for it",
	"wake":       "no record waits for anything without a wake-up at that time or before",
	"due":        "what is due when a record is committed is done in that commit",
	"late":       "what is due is done within seconds, but for the time in which nobody could do it",
	"early":      "no step, round, repeat or page is begun before it is due, unless somebody asked or the one before reached nobody",
	"named":      "every person that a step names at its moment, and nobody else, is paged by every way of their plan, or recorded as unreachable",
	"on-call":    "a schedule says what its rotation and overrides say, to the second, whatever the clocks do",
	"hand-on":    "a page that fails for good hands on to the person's next way at once",
	"steps":      "a run takes every step of every round once, in order, and ends after the last",
	"pinned":     "an alert keeps the policy it was routed to; a reload does not start it anew",
	"exhausted":  "an alert is exhausted when everything was tried, not before, and then is listed",
	"states":     "an alert changes its state only as the design says and only when something asks for it",
	"history":    "a record's history has no gap: versions, numbers, pages and timelines only grow",
	"retention":  "a closed alert is deleted when its retention is over, and not before",
	"postmortem": "a closing incident that owes a postmortem has exactly one, and one that owes none has none",
	"incident":   "an alert that wants an incident is in exactly one that lists it; one key gathers in one incident",
	"rest":       "nothing goes round in circles",
}
