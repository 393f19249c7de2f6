package api

import (
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

// route is everything about one route.
type route struct {
	method, path string // below Prefix; {ref} names the record
	id           string // for programs made from the document
	doc          string
	role         Role // which a key must include
	acts         bool // changes something, or gives out everything, and is logged with the key's name
	params       []param
	labels       bool          // takes labels.NAME, too
	body         any           // a value of the body's type; nil for none
	answer       any           // a value of the answer's type
	also         []string      // other content types of the answer, which a parameter asks for
	patience     time.Duration // how long it may take; timeout unless given
	statuses     []int
	handle       handler
}

// success is the status of the answer unless the handler says otherwise.
func (r route) success() int {
	if len(r.statuses) > 0 {
		return r.statuses[0]
	}
	return http.StatusOK
}

// routes is the whole API.
func routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	table := []route{
		{method: get, path: "/alerts", id: "listAlerts", doc: "Alerts, newest first.", role: Viewer,
			params: alertFilter, answer: List[Alert]{}, handle: listAlerts},
		{method: post, path: "/alerts", id: "createAlert", doc: "Send an event. The answer follows its durable commit.", role: Responder, acts: true,
			body: NewAlert{}, answer: Receipts{}, statuses: []int{http.StatusAccepted}, handle: createAlert},
		{method: get, path: "/alerts/{ref}", id: "getAlert", doc: "One alert, by id or number.", role: Viewer,
			answer: Alert{}, handle: getAlert},
	}
	for _, a := range alertActions {
		table = append(table, route{method: post, path: "/alerts/{ref}/" + string(a.do), id: string(a.do) + "Alert", doc: a.doc,
			role: Responder, acts: true, body: AlertAction{}, answer: Alert{}, handle: actOnAlert(a.do)})
	}
	table = append(table,
		route{method: get, path: "/incidents", id: "listIncidents", doc: "Incidents, newest first.", role: Viewer,
			params: incidentFilter, answer: List[Incident]{}, handle: listIncidents},
		route{method: post, path: "/incidents", id: "openIncident", role: Responder, acts: true,
			doc:  "Open an incident. Where one is open for the service or team, that one is the answer, with 200.",
			body: NewIncident{}, answer: Incident{}, statuses: []int{http.StatusOK, http.StatusCreated}, handle: openIncident},
		route{method: get, path: "/incidents/{ref}", id: "getIncident", doc: "One incident, by name: INC-7.", role: Viewer,
			answer: Incident{}, handle: getIncident},
		route{method: get, path: "/incidents/{ref}/timeline", id: "getIncidentTimeline", role: Viewer, params: courseParams, answer: Course{}, also: []string{"text/markdown"}, handle: getCourse,
			doc: "Everything that happened, in order: to the incident, to its alerts, and to those that call responders. format=md answers with a Markdown document."},
		route{method: http.MethodPatch, path: "/incidents/{ref}", id: "editIncident", role: Responder, acts: true,
			doc:  "Change what an incident says: title, description, impacted services, tags, properties, links.",
			body: IncidentEdit{}, answer: Incident{}, handle: editIncident},
		route{method: post, path: "/alerts/{ref}/incident", id: "incidentOfAlert", role: Responder, acts: true,
			doc:  "Open an incident from an alert, or join the alert to one. Where one is open for the alert's service or team, the alert joins that one.",
			body: AlertIncident{}, answer: Incident{}, handle: incidentOfAlert},
	)
	for _, a := range incidentActions {
		table = append(table, route{method: post, path: "/incidents/{ref}/" + string(a.do), id: operation(a.do), doc: a.doc,
			role: Responder, acts: true, body: IncidentAction{}, answer: Incident{}, handle: actOnIncident(a.do, a.takes)})
	}
	table = append(table, fileRoutes()...)
	table = append(table, updateRoutes()...)
	table = append(table, subscriberRoutes()...)
	table = append(table,
		route{method: get, path: "/postmortems", id: "listPostmortems", doc: "Postmortems, newest first.", role: Viewer,
			params: postmortemFilter, answer: List[Postmortem]{}, handle: listPostmortems},
		route{method: get, path: "/search", id: "search", role: Viewer, params: searchParams, answer: Hits{}, handle: findRecords,
			doc: "Incidents and postmortems by what they say, best first. 503 while they are still read after a start."},
		route{method: get, path: "/incidents/{ref}/similar", id: "listSimilarIncidents", role: Viewer, params: similarParams, answer: Alike{}, handle: getSimilar,
			doc: "Incidents that are like this one, why, and how they ended. 503 while records are still read after a start."},
		route{method: get, path: "/postmortems/patterns", id: "getPostmortemPatterns", role: Viewer, params: patternParams, answer: PatternReport{}, handle: getPatterns,
			doc: "What the postmortems of a period have in common, and what came again."},
		route{method: get, path: "/postmortems/{ref}", id: "getPostmortem", doc: "One postmortem, by name: PM-3.", role: Viewer,
			answer: Postmortem{}, handle: getPostmortem},
		route{method: http.MethodPatch, path: "/postmortems/{ref}", id: "editPostmortem", doc: "Write a postmortem.", role: Responder, acts: true,
			body: PostmortemEdit{}, answer: Postmortem{}, handle: editPostmortem},
		route{method: get, path: "/postmortems/{ref}/check", id: "checkPostmortem", doc: "What a postmortem lacks before it can be published.", role: Viewer,
			answer: PostmortemCheck{}, handle: checkPostmortem},
		route{method: get, path: "/postmortems/{ref}/export", id: "exportPostmortem", doc: "A postmortem as a document.", role: Viewer,
			params: exportParams, answer: download{kinds: exportKinds()}, handle: exportPostmortem},
	)
	for _, a := range postmortemActions {
		table = append(table, route{method: post, path: "/postmortems/{ref}/" + string(a.do), id: a.id, doc: a.doc,
			role: Responder, acts: true, body: PostmortemAction{}, answer: Postmortem{}, handle: actOnPostmortem(a.do)})
	}
	table = append(table, postmortemPlanRoutes()...)
	table = append(table, meetingRoutes()...)
	table = append(table, issueRoutes()...)
	table = append(table, actionRoutes()...)
	table = append(table, reviewDigestRoute())
	table = append(table, retrospectiveRoutes()...)
	table = append(table, overrideRoutes()...)
	table = append(table, maintenanceRoutes()...)
	table = append(table, deploymentRoutes()...)
	return append(table,
		route{method: get, path: "/status-page", id: "getStatusPage", role: Viewer, params: statusPageParams, answer: download{kinds: statusPageKinds()}, handle: getStatusPage,
			doc: "What customers are shown, as a page, as its status.json, or as a feed."},
		route{method: get, path: "/oncall", id: "getOnCall", doc: "Who is on call, for every schedule.", role: Viewer,
			params: []param{{name: "schedule", doc: "Only this one."}, {name: "at", doc: "When, RFC 3339; now by default."}},
			answer: []OnCall{}, handle: getOnCall},
		route{method: get, path: "/schedules", id: "listSchedules", doc: "All schedules.", role: Viewer,
			answer: List[Schedule]{}, handle: listSchedules},
		route{method: get, path: "/schedules/{ref}", id: "getSchedule", role: Viewer, answer: Schedule{}, handle: getSchedule,
			doc: "One schedule, with the state of the calendars of which its rotations are made."},
		route{method: get, path: "/schedules/{ref}/timeline", id: "getTimeline", role: Viewer, params: spanParams,
			doc: "A schedule's rotations, overrides and who is on call in the end, as intervals; of 14 days by default.", answer: Timeline{}, handle: getTimeline},
		route{method: get, path: "/users/{ref}/shifts", id: "listShifts", role: Viewer, params: spanParams,
			doc: "When a user is on call, by every schedule; in 28 days by default.", answer: List[UserShift]{}, handle: listShifts},
		route{method: get, path: "/schedules/{ref}/feed", id: "getScheduleFeed", role: Responder, acts: true, answer: Feed{}, handle: getFeed(feedOfSchedule),
			doc: "The secret address of the calendar feed of a schedule."},
		route{method: get, path: "/users/{ref}/feed", id: "getUserFeed", role: Responder, acts: true, answer: Feed{}, handle: getFeed(feedOfUser),
			doc: "The secret address of the calendar feed of a user's shifts, by every schedule."},
		route{method: http.MethodDelete, path: "/schedules/{ref}/feed", id: "revokeScheduleFeed", role: Admin, acts: true, params: cancelParams, answer: Feed{}, handle: revokeFeed(feedOfSchedule),
			doc: "Revoke the address of a schedule's calendar feed. The answer has the new one."},
		route{method: http.MethodDelete, path: "/users/{ref}/feed", id: "revokeUserFeed", role: Responder, acts: true, params: cancelParams, answer: Feed{}, handle: revokeFeed(feedOfUser),
			doc: "Revoke the address of a user's calendar feed: for admins, and for the user. The answer has the new one."},
		route{method: get, path: "/users/{ref}/contacts", id: "listContacts", role: Viewer, answer: List[Contact]{}, handle: listContacts,
			doc: "The ways to a user that were ever tested, and which were seen to work."},
		route{method: post, path: "/users/{ref}/verify", id: "testContact", role: Responder, acts: true, body: NewTest{}, answer: Contact{}, handle: testContact,
			doc: "Send a user a message over a way, to be confirmed with its link or its code."},
		route{method: post, path: "/users/{ref}/confirm", id: "confirmContact", role: Responder, acts: true, body: Code{}, answer: Contact{}, handle: confirmContact,
			doc: "Confirm a way with the code that was sent over it."},
		route{method: get, path: "/audit", id: "listAudit", role: Viewer, params: paging, answer: List[AuditEntry]{}, handle: listAudit,
			doc: "Who did what to who is on call, when and why, newest first; of the last 400 days."},
		route{method: get, path: "/events", id: "listEvents", role: Viewer, params: eventFilter, answer: List[Happening]{}, handle: listEvents,
			doc: "What happened: events as they came, acknowledgements and closes, alert by alert, the newest alert first; then overrides, absences and maintenances. A page has the lines of at most limit alerts."},
		route{method: get, path: "/coverage", id: "getCoverage", role: Viewer, answer: Coverage{}, handle: getCoverage,
			doc:    "Whom the policies would reach at every moment of the days to come, and what is wrong.",
			params: []param{{name: "days", kind: "integer", doc: "How many; 90 by default, at most 366."}, {name: "from", doc: "RFC 3339; now by default."}}},
		route{method: get, path: "/fairness", id: "getFairness", role: Viewer, params: fairnessParams, answer: Fairness{}, handle: getFairness,
			doc: "What being on call costs each person: hours, nights, weekends, pages. Of the last 28 days by default."},
		route{method: get, path: "/reports", id: "getReport", role: Viewer, params: reportParams, answer: report.Report{}, also: reportKinds(), patience: reportPatience, handle: getReport,
			doc: "How alerts, incidents, pages and postmortems went in a period, and in the one before. It reads all of them: one at a time is computed."},
		route{method: get, path: "/reports/definitions", id: "listDefinitions", role: Viewer, answer: List[report.Definition]{}, handle: listDefinitions,
			doc: "What each number of a report is."},
		route{method: get, path: "/heartbeats", id: "listHeartbeats", doc: "All heartbeats, by name.", role: Viewer,
			answer: List[Heartbeat]{}, handle: listHeartbeats},
		route{method: get, path: "/services", id: "listServices", doc: "All services, by name, with what is going on at each.", role: Viewer,
			answer: List[Service]{}, handle: listServices},
		route{method: get, path: "/services/{ref}", id: "getService", doc: "A service, all that it depends on and all that depends on it.", role: Viewer,
			answer: Service{}, handle: getService},
		route{method: get, path: "/service-graph", id: "drawServices", role: Viewer, params: serviceGraphParams, answer: download{kinds: []string{svgType}}, handle: getServiceGraph,
			doc: "The services and what they depend on as an SVG picture, with what is alerting now; up to 300 of them."},
		route{method: get, path: "/aggregates", id: "listAggregates", doc: "All aggregates, by name: what each counts now, and whether it fires.", role: Viewer,
			answer: List[Aggregate]{}, handle: listAggregates},
		route{method: get, path: "/users", id: "listUsers", doc: "All users; how to reach them for responders and admins only.", role: Viewer,
			answer: List[User]{}, handle: listUsers},
		route{method: get, path: "/explain", id: "explainEvent", doc: "What would become of an event, and why. Nothing is stored. Labels are given as labels.NAME=VALUE.", role: Viewer,
			params: explainParams, labels: true, answer: List[Explanation]{}, handle: explainQuery},
		route{method: post, path: "/explain", id: "explainBody", doc: "The same for an event, or for what a sender would post to an integration. Nothing is stored.", role: Viewer,
			params: explainBodyParams, body: anything{}, answer: List[Explanation]{}, handle: explainBody},
		route{method: get, path: "/config", id: "getConfig", doc: "The configuration in force, secrets masked.", role: Admin,
			answer: anything{}, handle: getConfig},
		route{method: get, path: "/backup", id: "getBackup", role: Admin, acts: true, answer: download{kinds: []string{fileType}}, handle: getBackup,
			doc: "All of the state as a file for tocsin restore. It holds secrets. One that does not end well is cut off, and refused by the restore."},
		route{method: post, path: "/reload", id: "reload", doc: "Load the configuration anew. Where it is bad, the old one stays in force.", role: Admin, acts: true,
			answer: Reloaded{}, handle: reload},
	)
}

// anything is JSON that this API does not describe.
type anything struct{}
