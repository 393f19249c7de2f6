package ical

import (
	"fmt"
	"strings"
	"time"
)

// location finds the zone that a TZID means: an IANA name, one at the end of a path (/mozilla.org/20050126_1/Europe/Berlin), the
// X-LIC-LOCATION of its VTIMEZONE, or a name that Microsoft's programs write.
func (r *reader) location(tzid string) (*time.Location, error) {
	if loc, known := r.locations[tzid]; known {
		return loc, nil
	}
	candidates := []string{tzid, r.aliases[tzid], windowsZones[tzid]}
	for rest := tzid; strings.Contains(rest, "/"); {
		_, rest, _ = strings.Cut(rest, "/")
		candidates = append(candidates, rest)
	}
	for _, name := range candidates {
		if name == "" || name == "Local" || len(name) > 64 {
			continue
		}
		if loc, err := time.LoadLocation(name); err == nil {
			if len(r.locations) < 1000 {
				r.locations[tzid] = loc
			}
			return loc, nil
		}
	}
	return nil, fmt.Errorf("TZID: %q is not a known time zone", clip(tzid))
}

// windowsZones are names of zones that Outlook and Exchange write, and the zones that they mean (Unicode CLDR, territory 001).
var windowsZones = map[string]string{
	"Dateline Standard Time": "Etc/GMT+12", "Hawaiian Standard Time": "Pacific/Honolulu", "Alaskan Standard Time": "America/Anchorage",
	"Pacific Standard Time": "America/Los_Angeles", "US Mountain Standard Time": "America/Phoenix", "Mountain Standard Time": "America/Denver",
	"Central America Standard Time": "America/Guatemala", "Central Standard Time": "America/Chicago", "Central Standard Time (Mexico)": "America/Mexico_City",
	"Canada Central Standard Time": "America/Regina", "SA Pacific Standard Time": "America/Bogota", "Eastern Standard Time": "America/New_York",
	"US Eastern Standard Time": "America/Indiana/Indianapolis", "Venezuela Standard Time": "America/Caracas", "Atlantic Standard Time": "America/Halifax",
	"Pacific SA Standard Time": "America/Santiago", "Newfoundland Standard Time": "America/St_Johns", "E. South America Standard Time": "America/Sao_Paulo",
	"Argentina Standard Time": "America/Buenos_Aires", "SA Eastern Standard Time": "America/Cayenne", "Azores Standard Time": "Atlantic/Azores",
	"UTC": "UTC", "Coordinated Universal Time": "UTC", "GMT Standard Time": "Europe/London", "Greenwich Standard Time": "Atlantic/Reykjavik",
	"W. Europe Standard Time": "Europe/Berlin", "Central Europe Standard Time": "Europe/Budapest", "Romance Standard Time": "Europe/Paris",
	"Central European Standard Time": "Europe/Warsaw", "W. Central Africa Standard Time": "Africa/Lagos", "GTB Standard Time": "Europe/Bucharest",
	"Middle East Standard Time": "Asia/Beirut", "Egypt Standard Time": "Africa/Cairo", "South Africa Standard Time": "Africa/Johannesburg",
	"FLE Standard Time": "Europe/Kiev", "Turkey Standard Time": "Europe/Istanbul", "Israel Standard Time": "Asia/Jerusalem", "E. Europe Standard Time": "Europe/Chisinau",
	"Arabic Standard Time": "Asia/Baghdad", "Arab Standard Time": "Asia/Riyadh", "Russian Standard Time": "Europe/Moscow", "E. Africa Standard Time": "Africa/Nairobi",
	"Iran Standard Time": "Asia/Tehran", "Arabian Standard Time": "Asia/Dubai", "Pakistan Standard Time": "Asia/Karachi", "India Standard Time": "Asia/Kolkata",
	"Nepal Standard Time": "Asia/Kathmandu", "Bangladesh Standard Time": "Asia/Dhaka", "SE Asia Standard Time": "Asia/Bangkok", "China Standard Time": "Asia/Shanghai",
	"Singapore Standard Time": "Asia/Singapore", "W. Australia Standard Time": "Australia/Perth", "Taipei Standard Time": "Asia/Taipei", "Tokyo Standard Time": "Asia/Tokyo",
	"Korea Standard Time": "Asia/Seoul", "Cen. Australia Standard Time": "Australia/Adelaide", "AUS Central Standard Time": "Australia/Darwin",
	"E. Australia Standard Time": "Australia/Brisbane", "AUS Eastern Standard Time": "Australia/Sydney", "Tasmania Standard Time": "Australia/Hobart",
	"New Zealand Standard Time": "Pacific/Auckland", "Samoa Standard Time": "Pacific/Apia", "Tonga Standard Time": "Pacific/Tongatapu",
}
