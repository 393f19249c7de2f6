package config

// Require is how many events an alert needs before it pages.
type Require struct {
	Events int      `json:"events" jsonschema:"minimum=2,maximum=100" doc:"How many, the first included."`
	Within Duration `json:"within" doc:"How close together, up to 7d. An alert that does not get them closes when so long nothing came."`
}

// Throttle bounds how many alerts of a rule begin to page.
type Throttle struct {
	Pages int      `json:"pages" jsonschema:"minimum=1,maximum=100" doc:"How many alerts begin to page within per. What exceeds it is gathered in one alert."`
	Per   Duration `json:"per" doc:"Counted from the first of them, up to 7d. When it is over, the gathered alert pages."`
	By    Names    `json:"by,omitempty" doc:"Expressions; each combination of what they give is counted for itself. Default: the rule as a whole."`
}

// QuietHours let alerts wait.
type QuietHours struct {
	Urgency    UrgencyLevel `json:"urgency,omitempty" doc:"Of which alerts, as urgency says: low or high. Default low."`
	Priorities []Priority   `json:"priorities,omitempty" doc:"Of which alerts, instead of urgency."`
	During     string       `json:"during" doc:"The name of one of windows. What is to page then pages when it ends."`
}

// UrgencyLevel is which plan a priority uses.
type UrgencyLevel string

func (UrgencyLevel) choices() []string { return []string{"low", "high"} }
