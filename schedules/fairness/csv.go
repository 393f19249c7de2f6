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
		rows = append(rows, []string{
			Cell(p.User), hours(p.OnCall), hours(p.Night), hours(p.Weekend), hours(p.Holiday),
			strconv.Itoa(p.Shifts), strconv.Itoa(p.Pages), strconv.Itoa(p.NightPages),
		})
	}
	return out.WriteAll(rows)
}

// Cell is a text as a cell of a table for spreadsheets: one that they would take for a formula has a ' before it.
func Cell(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r\n") {
		return "'" + text
	}
	return text
}
