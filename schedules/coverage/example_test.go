package coverage_test

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

func ExampleAudit() {
	primary, problems := schedules.New(schedules.Spec{
		Name: "primary",
		Rotations: []schedules.RotationSpec{{
			Starts: "2026-03-09T09:00", Every: "1d", Participants: [][]string{{"ethan"}, {"amir"}},
			Restrict: []schedules.RestrictionSpec{{Days: []string{"mon", "tue", "wed", "thu", "fri"}}},
		}},
	})
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	sms := coverage.Person{Urgent: []coverage.Channel{{Kind: coverage.SMS, Verified: true}}}
	from := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	report := coverage.Audit(coverage.Plan{
		People: map[string]coverage.Person{"ethan": sms, "amir": sms},
		Policies: []coverage.Policy{{Name: "standard", Urgent: true, MinPeople: 2, Steps: []coverage.Step{
			{Targets: []coverage.Target{coverage.OnCall(primary)}},
			{After: 10 * time.Minute, Targets: []coverage.Target{coverage.Next(primary)}},
		}}},
	}, from, from.AddDate(0, 0, 7))
	for _, f := range report.Findings {
		fmt.Println(f.Severity, f.Kind, f.Policy, f.User, f.Step, f.Why)
		for _, s := range f.Spans {
			fmt.Println(" ", s.From.Format("Mon 15:04"), "to", s.To.Format("Mon 15:04"))
		}
	}
	// Output:
	// warning empty-step standard  1 the step means nobody
	//   Sat 00:00 to Mon 00:00
	// warning single-person standard amir 0 every step that reaches anybody reaches only them
	//   Wed 08:50 to Wed 09:00
	//   Fri 08:50 to Fri 09:00
	// warning single-person standard ethan 0 every step that reaches anybody reaches only them
	//   Tue 08:50 to Tue 09:00
	//   Thu 08:50 to Thu 09:00
	//   Fri 23:50 to Mon 00:00
	//   Mon 08:50 to Mon 09:00
}
