package incident

import (
	"fmt"
	"time"
)

// mitigate says that the harm is stopped.
func (s *State) mitigate(a Action, env Env) error {
	switch s.Status {
	case Mitigated:
		return nil // it is what they wanted
	case Resolved:
		return &Refused{fmt.Sprintf("%s is resolved already%s. Reopen it, if it is not over.", s.Name(), byWhom(s.ResolvedBy))}
	}
	return s.settle(a, env, Mitigated)
}

// resolve says that it is over.
func (s *State) resolve(a Action, env Env) error {
	if s.Status == Resolved {
		return nil
	}
	return s.settle(a, env, Resolved)
}

// settle moves on to a status, which it may have had since an earlier time.
func (s *State) settle(a Action, env Env, to Status) error {
	was := *s
	m, what := Mitigation, "mitigated"
	s.Status = to
	if to == Mitigated {
		s.MitigatedAt, s.MitigatedBy = env.Now, a.By
	} else {
		m, what = Resolution, "resolved"
		s.ResolvedAt, s.ResolvedBy = env.Now, a.By
	}
	if a.At.IsZero() {
		s.did(a, env, what, what)
	} else {
		a.Times = map[Moment]time.Time{m: a.At}
		s.Times = map[Moment]Time{m: {At: a.At, By: a.By, SetAt: env.Now}}
		for k, t := range was.Times {
			if k != m {
				s.Times[k] = t
			}
		}
		if err := s.checkTimes(a, env); err != nil {
			*s = was
			return err
		}
		s.did(a, env, what, what+" since "+stamp(a.At))
	}
	if to == Resolved {
		s.dismiss(env)
	}
	return nil
}

func (s *State) reopen(a Action, env Env, fx *Effects) error {
	if s.Status == Open {
		return nil
	}
	if s.Status == Closed && s.Key != "" && a.Successor != "" {
		return &Refused{fmt.Sprintf("%s has taken the place of %s: new alerts join it. Go on there, or close it first.", a.Successor, s.Name())}
	}
	s.open(a, env, "open again", fx)
	return nil
}

// open takes up an incident that was mitigated, resolved or closed. A postmortem that it owed stays; what was ticked
// of the checklist does not, for its recovery is to be confirmed anew.
func (s *State) open(a Action, env Env, text string, fx *Effects) {
	s.Status = Open
	s.MitigatedAt, s.MitigatedBy = time.Time{}, ""
	s.ResolvedAt, s.ResolvedBy = time.Time{}, ""
	s.ClosedAt, s.ClosedBy = time.Time{}, ""
	s.Checks, s.Forced = nil, ""
	if s.Times != nil {
		delete(s.Times, Mitigation)
		delete(s.Times, Resolution)
	}
	s.Chat.again()
	s.did(a, env, "reopened", text)
	fx.Reopened = true
}
