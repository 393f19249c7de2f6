package rules

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// Field is a name that an expression may use.
type Field struct {
	Name        string
	Type        string // text, list of text, map of text, map, time
	Description string
	Example     string
	zero        any
}

// Fields are the fields of expressions. The language is made of this table, and so is its reference.
func Fields() []Field { return append([]Field(nil), fieldTable[:]...) }

var fieldTable = [...]Field{
	{"title", "text", "What is wrong, in one line", `title contains "disk"`, ""},
	{"description", "text", "The same in full", `description matches "(?i)out of memory"`, ""},
	{"source", "text", "The host or thing it is about", `glob(source, "db-*.eu")`, ""},
	{"status", "text", "`firing`; an alert begins with an event that fires", `status == "firing"`, ""},
	{"priority", "text", "`P1` to `P5`; empty while nobody has said (it is then `P3` in the end)", `priority in ["P1", "P2"]`, ""},
	{"urgency", "text", "`high` or `low`, as `urgency` of the configuration sorts the priorities; it follows what rules set", `urgency == "low"`, ""},
	{"labels", "map of text", "A label that is not there reads as `\"\"`", `labels.severity == "critical"`, map[string]string(nil)},
	{"details", "map", "Whatever else the source says; a detail that is not there reads as `nil`", `details.runbook == nil`, map[string]any(nil)},
	{"tags", "list of text", "", `"database" in tags`, []string(nil)},
	{"actions", "list of text", "", `"restart" in actions`, []string(nil)},
	{"service", "text", "As the sender named it, or a rule above set it", `service startsWith "checkout"`, ""},
	{"team", "text", "As the sender named it, or a rule above set it", `team == ""`, ""},
	{"link", "text", "Where the source shows it: a URL, or empty", `link == ""`, ""},
	{"runbook", "text", "What to do about it: a URL, or empty", `runbook != ""`, ""},
	{"integration", "text", "The name of the integration it came through; `api` for `POST /api/v1/alerts` without one", `integration == "datadog"`, ""},
	{"starts_at", "time", "Since when, as the sender says; in the `timezone` of the configuration", `now - starts_at > duration("1h")`, time.Time{}},
	{"now", "time", "The moment, in the same zone", `now.Day() == 1`, time.Time{}},
	{"weekday", "text", "`mon` to `sun`, today in the same zone", `weekday in ["sat", "sun"]`, ""},
}

// fields gives the names that an expression may use, with values of their types.
//
// A map rather than a struct: expr reads a map's values without boxing them
// anew each time, which makes a comparison two to three times as fast.
func fields() map[string]any {
	env := make(map[string]any, len(fieldTable)+1)
	for _, f := range fieldTable {
		env[f.Name] = f.zero
	}
	env[budget.Name] = (*budget.Work)(nil)
	return env
}

// Function is a function that an expression may call.
type Function struct {
	Name        string
	Signature   string
	Description string
	Example     string
}

// Functions are the functions that the language has beyond those of expr; see Builtins for those.
func Functions() []Function { return append([]Function(nil), functionTable[:]...) }

var functionTable = [...]Function{
	{"time_between", `time_between(from, to)`, "Whether the wall clock is in between: from included, to not, over midnight if to is before from. A third argument names another zone.", `time_between("09:00", "17:00", "Europe/Berlin")`},
	{"during", `during(window)`, "Whether it is in that one of `windows`. A window over midnight belongs to the day on which it begins.", `during("business-hours")`},
	{"holiday", `holiday()`, "Whether today, in the `timezone` of the configuration, is a day of one of the calendars in `holidays`; of the one that is named; and in the zone that is named after it.", `holiday("us", "America/New_York")`},
	{"glob", `glob(text, pattern)`, "Whether the whole text is as the pattern says: `*` stands for any characters, `?` for one. Upper and lower case differ.", `glob(source, "db-*.eu")`},
	{"cidr", `cidr(text, network)`, "Whether the text is an IP address, or one with a port, in the network, which may also be one of the `lists`. What is no address is in no network.", `cidr(labels.instance, "10.0.0.0/8")`},
}

// example shows how a function is called.
func example(name string) string {
	if name == "timezone" {
		return `for example timezone("Europe/Berlin")`
	}
	for _, f := range slices.Concat(functionTable[:], builtinTable[:]) {
		if f.Name == name {
			return "for example " + f.Example
		}
	}
	return ""
}
