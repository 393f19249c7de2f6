package sim_test

// roomMutants are the deliberate faults in the channels of incidents.
var roomMutants = []mutant{
	{"task-forgets-attempts", "whoever does a task again does not know that somebody may have done it", 60, []edit{
		{"deliver/compose.go", "Again: p.Attempts > 1,", "Again: p.Attempts > 1 && !on(`task-forgets-attempts`),"},
	}},
	{"told-though-reopened", "a reopened incident is told to be closed", 60, []edit{
		{"incident/chat.go", "c.Of != s.end()", "c.Of != s.end() && !on(`told-though-reopened`)"},
	}},
	{"news-left-out", "what comes while news are on their way counts as told", 60, []edit{
		{"incident/chat_done.go", "		c.Posted, c.PostedAt = upTo, env.Now\n", "		if on(`news-left-out`) {\n			upTo = s.Noted\n		}\n		c.Posted, c.PostedAt = upTo, env.Now\n"},
	}},
	{"gone-goes-on", "a channel that somebody archived is not left alone", 60, []edit{
		{"incident/chat_done.go", "func (s *State) chatGone(why string, env Env) {\n", "func (s *State) chatGone(why string, env Env) {\n	if on(`gone-goes-on`) {\n		return\n	}\n"},
	}},
}
