package schedules_test

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

func Example() {
	schedule, problems := schedules.New(schedules.Spec{
		Name: "it-west-primary",
		Zone: "America/New_York",
		Rotations: []schedules.RotationSpec{{
			Name:         "daily",
			Starts:       "2026-03-06T09:00",
			Every:        "1d",
			Participants: [][]string{{"ethan"}, {"amir"}, {"darren", "jason"}},
		}},
		Overrides: []schedules.OverrideSpec{
			{User: "jason", From: "2026-03-07T12:00", To: "2026-03-07T14:00", Reason: "amir is at the dentist's"},
		},
	})
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	from := time.Date(2026, 3, 7, 0, 0, 0, 0, schedule.Location())
	for _, interval := range schedule.Intervals(from, from.AddDate(0, 0, 2)) {
		fmt.Print(interval.From.Format("Mon 15:04 MST"))
		for _, shift := range interval.Shifts {
			fmt.Print(" ", shift.User)
		}
		fmt.Println()
	}
	fmt.Println("next:", schedule.Next(from))
	// Output:
	// Sat 00:00 EST ethan
	// Sat 09:00 EST amir
	// Sat 12:00 EST jason
	// Sat 14:00 EST amir
	// Sun 09:00 EDT darren jason
	// next: [amir]
}

func ExampleNew_problems() {
	_, problems := schedules.New(schedules.Spec{
		Zone: "America/New_Yrok",
		Rotations: []schedules.RotationSpec{{
			Starts: "2026-03-06T09:00", Ends: "2026-03-05T09:00", Every: "0d", Participants: [][]string{{"ethan"}, {"amir"}},
		}},
	})
	for _, problem := range problems {
		fmt.Println(problem)
	}
	// Output:
	// timezone: "America/New_Yrok" is not a known time zone; did you mean America/New_York?
	// rotations[0].ends: 2026-03-05T09:00 is not after starts, 2026-03-06T09:00
	// rotations[0].every: "0d" is no time at all; a turn lasts at least 1h
}
