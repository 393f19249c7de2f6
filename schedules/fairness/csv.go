package fairness

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteCSV writes one line for each person, and a heading. Times are hours with two decimals.
func WriteCSV(w io.Writer, people []Person) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"user", "hours", "night_hours", "weekend_hours", "holiday_hours", "shifts", "pages", "night_pages"}}
	hours := func(d time.Duration) string { return strconv.FormatFloat(d.Hours(), 'f', 2, 64) }
	for _, p := range people {
		user := p.User
		if strings.ContainsAny(user[:min(1, len(user))], "=+-@\t\r") {
			user = "'" + user // or a spreadsheet would take it for a formula
		}
		rows = append(rows, []string{
			user, hours(p.OnCall), hours(p.Night), hours(p.Weekend), hours(p.Holiday),
			strconv.Itoa(p.Shifts), strconv.Itoa(p.Pages), strconv.Itoa(p.NightPages),
		})
	}
	return out.WriteAll(rows)
}
