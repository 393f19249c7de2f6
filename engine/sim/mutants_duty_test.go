package sim_test

// dutyMutants are the deliberate faults in who is on call, who is told of it, and what watches by itself.
var dutyMutants = []mutant{
	{"override-stale", "an override counts on other replicas half a minute later", 60, []edit{
		{"fresh.go", "now.Sub(d.readAt) < age && ", "(now.Sub(d.readAt) < age || on(`override-stale`) && now.Sub(d.readAt) < 30*time.Second) && "},
	}},
	{"override-not-taken-back", "an override that is taken back goes on", 60, []edit{
		{"override/override.go", "	if now := env.Now.UTC().Truncate(time.Second); now.After(s.From) {\n", "	if on(`override-not-taken-back`) {\n		return nil\n	}\n	if now := env.Now.UTC().Truncate(time.Second); now.After(s.From) {\n"},
	}},
	{"swap-without-override", "a swap or a cover is agreed upon, and changes nothing", 60, []edit{
		{"swaps.go", "	for i, w := range wishes {\n", "	for i, w := range wishes {\n		if on(`swap-without-override`) {\n			break\n		}\n"},
	}},
	{"next-is-previous", "who comes next is who was before", within, []edit{
		{"directory/resolve.go", "		users, why = s.Next(r.now), \"nobody comes next\"\n", "		users, why = s.Next(r.now), \"nobody comes next\"\n		if on(`next-is-previous`) {\n			users = s.Previous(r.now)\n		}\n"},
	}},
	{"random-is-all", "one of a team means all of it", within, []edit{
		{"directory/resolve.go", "		return users[i : i+1], \"\"\n", "		if on(`random-is-all`) {\n			return users, \"\"\n		}\n		return users[i : i+1], \"\"\n"},
	}},
	{"rotation-is-on-call", "all of a rotation means who is on call", within, []edit{
		{"directory/resolve.go", "		users, why = members(s, r.now), ", "		users, why = members(s, r.now), \"\"\n		if on(`rotation-is-on-call`) {\n			users = s.OnCall(r.now)\n		}\n		why = "},
	}},
	{"handoff-not-armed", "a hand-off wakes nobody", within, []edit{
		{"handoff/handoff.go", "		add(s.NextAt)\n", "		if !on(`handoff-not-armed`) {\n			add(s.NextAt)\n		}\n"},
	}},
	{"handoff-twice", "who was told that they are on call is told again", within, []edit{
		{"handoff/look.go", "!again && !slices.Contains(told, user) {", "!again && (!slices.Contains(told, user) || on(`handoff-twice`)) {"},
	}},
	{"handoff-off-forgotten", "who goes off call is not told", within, []edit{
		{"handoff/look.go", "	for _, n := range off {\n", "	for _, n := range off {\n		if on(`handoff-off-forgotten`) {\n			continue\n		}\n"},
	}},
	{"handoff-stale", "hand-offs are decided with the overrides of a while ago", 300, []edit{
		{"handoffs.go", "	if slices.ContainsFunc(ids, func(id store.ID) bool { return id.Kind() == store.KindHandoff }) {\n", "	if !on(`handoff-stale`) && slices.ContainsFunc(ids, func(id store.ID) bool { return id.Kind() == store.KindHandoff }) {\n"},
	}},
	{"handoff-not-sent", "a notice is made, and nobody sends it", within, []edit{
		{"handoff/tell.go", "	for _, via := range ways {\n		s.Paged++\n", "	for _, via := range ways {\n		if on(`handoff-not-sent`) {\n			break\n		}\n		s.Paged++\n"},
	}},
	{"override-not-looked-at", "an override is no reason to look at the hand-offs", 60, []edit{
		{"handoffs.go", "	found, listErr := e.whole(ctx, handoff.ListAll)\n", "	if on(`override-not-looked-at`) && !loaded {\n		return nil\n	}\n	found, listErr := e.whole(ctx, handoff.ListAll)\n"},
	}},
	{"heartbeat-not-armed", "a heartbeat that stops wakes nobody", within, []edit{
		{"heartbeat/heartbeat.go", "		add(s.Deadline())\n", "		if !on(`heartbeat-not-armed`) {\n			add(s.Deadline())\n		}\n"},
	}},
	{"ping-not-counted", "a ping is accepted and does not count", within, []edit{
		{"heartbeat/apply.go", "	s.PingedAt, s.NotBefore = env.Now, time.Time{}\n", "	if !on(`ping-not-counted`) {\n		s.PingedAt, s.NotBefore = env.Now, time.Time{}\n	}\n"},
	}},
	{"heartbeat-excused", "a heartbeat that stops is always given more time", 30, []edit{
		{"heartbeat/apply.go", "	if env.Now.Sub(s.Deadline()) > absent {\n", "	if env.Now.Sub(s.Deadline()) > absent || on(`heartbeat-excused`) {\n"},
	}},
	{"late-not-told", "a heartbeat is late, and its alert counts as told", 30, []edit{
		{"tell.go", "	_, err := e.Ingest(ctx, integration, []event.Event{ev})\n", "	err := error(nil)\n	if !on(`late-not-told`) {\n		_, err = e.Ingest(ctx, integration, []event.Event{ev})\n	}\n"},
	}},
	{"canary-not-armed", "the canary does not wake anybody for its next round", 30, []edit{
		{"canary/canary.go", "	add(s.NextAt)\n	if s.undecided() {\n", "	if !on(`canary-not-armed`) {\n		add(s.NextAt)\n	}\n	if s.undecided() {\n"},
	}},
	{"canary-blind", "a test page that fails is not noticed", 60, []edit{
		{"canary/apply.go", "	case p.Status == page.Failed:\n", "	case p.Status == page.Failed && !on(`canary-blind`):\n"},
	}},
}
