package config

// Aggregate is an alarm over the alerts that are open.
type Aggregate struct {
	Name     Name     `json:"name" doc:"What its alert calls it."`
	When     Expr     `json:"when" doc:"Which alerts count: a condition, as in rules; it sees what rules have set. true is all of them."`
	Count    Expr     `json:"count,omitempty" doc:"An expression; alerts that give the same value count once, and those that give nothing do not count. Default: every alert counts."`
	AtLeast  int      `json:"at_least,omitempty" jsonschema:"minimum=2,maximum=100" doc:"How many it takes. Default 3."`
	Within   Duration `json:"within,omitempty" doc:"How close together they must have begun, up to 7d; and for how long too few must be open before it is over. Default 5m."`
	To       string   `json:"to,omitempty" doc:"policy:NAME or team:NAME: where its alert goes. Default: the rules decide, which see it with integration tocsin:aggregate."`
	Priority Priority `json:"priority,omitempty" doc:"Of its alert. Default P1."`
	Title    string   `json:"title,omitempty" doc:"Of its alert. Default: how many there were, and their values."`
	Incident bool     `json:"incident,omitempty" doc:"Its alert opens an incident. Default false."`
}
