package draw_test

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/draw"
)

func ExampleText() {
	schedule, problems := schedules.New(schedules.Spec{
		Name: "primary",
		Rotations: []schedules.RotationSpec{{
			Name: "weekdays", Starts: "2026-03-09T09:00", Every: "1d", Skip: []string{"sat", "sun"},
			Participants: [][]string{{"ethan"}, {"amir"}, {"darren"}},
		}},
		Overrides: []schedules.OverrideSpec{{User: "jason", From: "2026-03-11T09:00", To: "2026-03-11T21:00", Reason: "dentist"}},
	})
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	from := time.Date(2026, 3, 9, 0, 0, 0, 0, schedule.Location())
	fmt.Print(draw.Text(schedule.Timeline(from, from.AddDate(0, 0, 7)), draw.Options{Width: 90}))
	// Output:
	// primary  Mon 9 Mar 2026 – Sun 15 Mar 2026 · UTC
	//
	//            Mon 9 Mar  Tue 10 Mar Wed 11 Mar Thu 12 Mar  Fri 13 Mar Sat 14 Mar Sun 15 Mar
	// weekdays       │ethan······│amir······│darren····│ethan·····│amir·······
	// Overrides                             │jaso
	// On call    ░░░░│ethan······│amir······│jaso│darre│ethan·····│amir·······░░░░░░░░░░░░░░░░░░
	//
	// Overrides
	//   jason, Wed 11 Mar 09:00 – 21:00: dentist
	//
	// 2 gaps: nobody is on call for 2 d in all.
	//   Mon 9 Mar 00:00 – 09:00  9 h
	//   Sat 14 Mar 09:00 – Mon 16 Mar 00:00  1 d 15 h
}
