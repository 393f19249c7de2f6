package api

import "github.com/tocsin-oncall/tocsin/engine/trail"

// AuditEntry is a line of the audit trail: who did what to who is on call.
type AuditEntry struct {
	At   Time   `json:"at"`
	By   string `json:"by" doc:"The user's name, or api:NAME for a key."`
	Via  string `json:"via" doc:"Through what: api:NAME for a key, which may act in the name of any user, or link."`
	Did  string `json:"did" doc:"Such as override.made, absence.covered, swap.accepted, feed.revoked or contact.verified."`
	What string `json:"what" doc:"What it was done to: OVR-7, AWAY-2, user:ethan."`
	Text string `json:"text"`
	Why  string `json:"why"`
}

func listAudit(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	list, next, err := c.Engine.Trail(c.ctx, before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(list, next, func(e *trail.Entry) AuditEntry {
		return AuditEntry{utc(e.At), e.By, e.Via, e.Did, e.What, e.Text, e.Why}
	}), nil
}
