package api

import "net/http"

// overrideRoutes are those that change the schedules at run time.
func overrideRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	created := []int{http.StatusCreated}
	return []route{
		{method: get, path: "/overrides", id: "listOverrides", doc: "Overrides that were made at run time, newest first. Those of the configuration are not among them.", role: Viewer,
			params: overrideFilter, answer: List[Override]{}, handle: listOverrides},
		{method: post, path: "/overrides", id: "createOverride", role: Responder, acts: true, body: NewOverride{}, answer: Override{}, statuses: created, handle: createOverride,
			doc: "Put somebody else on call. It counts on every replica within a second. Of overlapping overrides the one made last wins, over those of the configuration, too."},
		{method: del, path: "/overrides/{ref}", id: "cancelOverride", doc: "Take an override back. What it did so far stays in the schedule's past.", role: Responder, acts: true,
			params: cancelParams, answer: Override{}, handle: cancelOverride},
		{method: get, path: "/absences", id: "listAbsences", doc: "Who is away and when, newest first.", role: Viewer,
			params: overrideFilter, answer: List[Absence]{}, handle: listAbsences},
		{method: post, path: "/absences", id: "createAbsence", role: Responder, acts: true, body: NewAbsence{}, answer: Absence{}, statuses: created, handle: createAbsence,
			doc: "Say that somebody is away. It takes nobody off call: the answer names the shifts that somebody else has to take."},
		{method: post, path: "/absences/{ref}/cover", id: "coverAbsence", role: Responder, acts: true, body: Cover{}, answer: Absence{}, handle: coverAbsence,
			doc: "Take shifts of somebody who is away: an override puts user on call. For people of the schedule's rotations who are neither on call then nor away."},
		{method: del, path: "/absences/{ref}", id: "cancelAbsence", doc: "Say that somebody is there after all.", role: Responder, acts: true,
			params: cancelParams, answer: Absence{}, handle: cancelAbsence},
		{method: get, path: "/swaps", id: "listSwaps", doc: "Swaps of shifts, newest first.", role: Viewer,
			params: swapFilter, answer: List[Swap]{}, handle: listSwaps},
		{method: post, path: "/swaps", id: "proposeSwap", doc: "Ask somebody to trade on-call time. Nothing changes until they accept.", role: Responder, acts: true,
			body: NewSwap{}, answer: Swap{}, statuses: created, handle: proposeSwap},
		{method: post, path: "/swaps/{ref}/accept", id: "acceptSwap", doc: "Carry a swap out. Only who was asked can.", role: Responder, acts: true,
			body: Actor{}, answer: Swap{}, handle: answerSwap(true)},
		{method: post, path: "/swaps/{ref}/decline", id: "declineSwap", doc: "Turn a swap down, or take it back.", role: Responder, acts: true,
			body: Actor{}, answer: Swap{}, handle: answerSwap(false)},
	}
}
