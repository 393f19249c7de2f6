package sim

// commitFault is what happens to a commit.
type commitFault int

const (
	commitFine    commitFault = iota
	commitRefused             // nothing was written
	commitLost                // it was written, and the answer is an error
	commitSlow                // it was written, and the answer takes seconds
	commitPart                // of several, some were written
	crashBefore               // the replica dies before
	crashAfter                // and right after
)

func (s *Sim) commitFault() commitFault {
	if s.calm&calmStore != 0 {
		return commitFine
	}
	p := s.net.Float64()
	for i, chance := range s.plan.commits {
		fault := commitRefused + commitFault(i)
		if fault >= crashBefore {
			chance /= 4
		}
		if p -= chance; p < 0 {
			return fault
		}
	}
	return commitFine
}
