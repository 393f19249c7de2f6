package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/rules"
)

func someLists() map[string]rules.List {
	return map[string]rules.List{
		"vips":     {Values: []string{"acme", "globex"}},
		"internal": {Values: []string{"10.0.0.0/8", "2001:db8::/32"}},
		"nobodies": {},
		"regions":  {Lists: map[string][]string{"eu": {"paris", "berlin"}, "us": {"austin"}, "far east": {"tokyo"}}},
	}
}

func TestConditionsAskNamedLists(t *testing.T) {
	t.Parallel()
	ev := rules.Event{
		Tags:    []string{"x", "acme"},
		Labels:  map[string]string{"customer": "acme", "region": "berlin", "area": "eu", "ip": "10.1.2.3", "host": "globex-1"},
		Details: map[string]any{"customer": "globex", "number": 7},
	}
	for condition, want := range map[string]bool{
		`labels.customer in vips`:                            true,
		`labels.customer not in vips`:                        false,
		`labels.nothing in vips`:                             false,
		`details.customer in vips`:                           true,
		`details.number in vips or details.nothing in vips`:  false,
		`labels.customer in nobodies`:                        false,
		`labels.region in regions.eu`:                        true,
		`labels.region in regions.us`:                        false,
		`labels.region in regions["eu"]`:                     true,
		`labels.region in regions["far east"]`:               false,
		`labels.region in regions[labels.area]`:              true,
		`labels.region in regions[labels.nowhere]`:           false,
		`any(tags, # in vips)`:                               true,
		`any(vips, labels.host startsWith #)`:                true,
		`len(vips) == 2 and vips[0] == "acme"`:               true,
		`cidr(labels.ip, internal)`:                          true,
		`labels.customer in vips ? urgency == "low" : false`: true,
	} {
		d := compile(t, rules.Spec{Lists: someLists(), Rules: []rules.Rule{{When: condition, To: "policy:yes"}}}).Route(ev, noon)
		if got := d.Policy == "yes"; got != want || d.Failed > 0 {
			t.Errorf("%s: got %t, errors %q, want %t", condition, got, d.Errors, want)
		}
	}
}

func TestAMistakeWithAListIsReportedAtItsPlace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		when    string
		offset  int
		message string
		hint    string
	}{
		{`labels.x in vipz`, 12, `unknown name "vipz"`, `did you mean "vips"?`},
		{`labels.x in regions`, 12, "regions holds several lists", "regions.eu"},
		{`labels.x in regions.ue`, 20, `regions has no list "ue"`, `did you mean "eu"?`},
		{`labels.x in regions.asia`, 20, `regions has no list "asia"`, "eu, far east, us"},
		{`vips == "acme"`, 5, "mismatched types", ""},
		{`let vips = 1; vips == 1`, 4, "vips is a list", "another name"},
		{`cidr(labels.ip, vips)`, 16, `"acme" is not a network`, ""},
	} {
		_, problems := rules.Compile(rules.Spec{Lists: someLists(), Rules: []rules.Rule{{When: test.when}}})
		if len(problems) == 0 {
			t.Errorf("%s: there is no problem", test.when)
			continue
		}
		p := problems[0]
		if p.Path != "rules[0].when" || p.Offset != test.offset || !strings.Contains(p.Message, test.message) || !strings.Contains(p.Hint, test.hint) {
			t.Errorf("%s: got %+v\nwant offset %d, message with %q, hint with %q", test.when, p, test.offset, test.message, test.hint)
		}
	}
}

func TestTheNameOfAListMustBeFree(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"labels": "a field", "urgency": "a field", "during": "a function", "upper": "a function", "all": "a function",
		"in": "a word of the language", "true": "a word of the language", "my-list": "cannot be the name", "1st": "cannot be the name", "": "cannot be the name",
	} {
		_, problems := rules.Compile(rules.Spec{Lists: map[string]rules.List{name: {}}})
		if len(problems) != 1 || problems[0].Path != "lists."+name || !strings.Contains(problems[0].Message, message) {
			t.Errorf("%q: got %q, want one at lists.%s with %q", name, problems, name, message)
		}
	}
}

// BenchmarkList measures membership in a list that is too long for the index.
func BenchmarkList(b *testing.B) {
	values := make([]string, 10_000)
	for i := range values {
		values[i] = fmt.Sprint("customer-", i)
	}
	for _, when := range []string{`labels.customer in vips`, `details.customer in vips`} {
		b.Run(when, func(b *testing.B) {
			router := compile(b, rules.Spec{
				Lists: map[string]rules.List{"vips": {Values: values}},
				Rules: []rules.Rule{{When: when, To: "policy:yes"}},
			})
			ev := rules.Event{Labels: map[string]string{"customer": "customer-9999"}, Details: map[string]any{"customer": "customer-9999"}}
			b.ReportAllocs()
			for b.Loop() {
				if d := router.Route(ev, noon); d.Policy != "yes" {
					b.Fatalf("got policy %q", d.Policy)
				}
			}
		})
	}
}
