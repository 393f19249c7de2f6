package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// test sends ethan a test over SMS. In tests the code is always 000000.
func (tw *town) test() *contact.State {
	tw.Helper()
	s, err := tw.engines[0].TestContact(context.Background(), "ethan", "sms", "jason")
	if err != nil {
		tw.Fatal(err)
	}
	tw.settle()
	return s
}

// works says whether ethan's SMS is known to work.
func (tw *town) works() bool {
	tw.Helper()
	list, err := tw.engines[0].Contacts(context.Background())
	if err != nil {
		tw.Fatal(err)
	}
	return len(list) == 1 && list[0].Works(tw.engines[0].Env())
}

func TestAWayIsVerifiedByTheLinkThatWasSentOverIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	s := tw.test()
	if tw.phones.to("ethan", "sms") != 1 || tw.phones.got[0].Title != contact.Title || tw.phones.got[0].Link == "" {
		t.Fatalf("arrived:\n%s", tw.phones.log())
	}
	if tw.works() {
		t.Error("that it was sent proves it")
	}
	token, err := tw.signer.Open(tw.phones.got[0].Token, tw.clock.t)
	if err != nil || token.Subject != string(s.ID) || token.User != "ethan" {
		t.Fatal(token, err)
	}
	for range 2 { // twice does it once
		if _, err := tw.engines[0].OpenContact(context.Background(), s.ID, token.Page); err != nil {
			t.Fatal(err)
		}
	}
	if !tw.works() {
		t.Error("it is not verified")
	}
	list, _, err := tw.engines[0].Trail(context.Background(), store.Cursor{}, 10)
	if err != nil || len(list) != 2 || list[0].Did != "contact.verified" || list[0].By != "ethan" || list[1].By != "jason" {
		t.Errorf("the trail has %+v, %v", list, err)
	}
	tw.jump(contact.Keep)
	if tw.works() {
		t.Error("it counts for ever")
	}
}

func TestAChangedAddressIsNotVerified(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	s := tw.test()
	changed := *tw.engines[0].World()
	dir := *changed.Dir
	changed.Dir = &dir
	dir.Users = map[string]directory.User{}
	for name, u := range tw.engines[0].World().Dir.Users {
		if name == "ethan" {
			u.Phone = "+15550188"
		}
		dir.Users[name] = u
	}
	was := tw.engines[0].World()
	tw.engines[0].Reload(&changed)
	if _, err := tw.engines[0].OpenContact(context.Background(), s.ID, 1); err == nil || !strings.Contains(err.Error(), "address was changed") {
		t.Errorf("a link that went to another address: %v", err)
	}
	tw.engines[0].Reload(was)
	if _, err := tw.engines[0].OpenContact(context.Background(), s.ID, 1); err != nil || !tw.works() {
		t.Fatal(err)
	}
	tw.engines[0].Reload(&changed)
	if tw.works() {
		t.Error("another number counts as verified")
	}
}

func TestACodeIsGoodForAnHourAndFiveTries(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	enter := func(code string) error {
		_, err := tw.engines[0].EnterCode(context.Background(), "ethan", "sms", code, "jason")
		return err
	}
	if err := enter("000000"); err == nil || !strings.Contains(err.Error(), "no test was sent") {
		t.Error(err)
	}
	tw.test()
	var refused *contact.Refused
	if _, err := tw.engines[0].TestContact(context.Background(), "ethan", "sms", "jason"); !errors.As(err, &refused) {
		t.Errorf("a second test at once: %v", err)
	}
	for range contact.Tries {
		if err := enter("123456"); !errors.As(err, &refused) || !strings.Contains(err.Error(), "not the code") {
			t.Fatal(err)
		}
	}
	if err := enter("000000"); !errors.As(err, &refused) || !strings.Contains(err.Error(), "Too many") {
		t.Errorf("after five wrong ones: %v", err)
	}
	tw.wait(time.Minute)
	tw.test()
	tw.wait(contact.CodeFor + time.Second)
	if err := enter("000000"); !errors.As(err, &refused) || !strings.Contains(err.Error(), "still good") {
		t.Errorf("after an hour: %v", err)
	}
	tw.test()
	if err := enter(" 000000 "); err != nil || !tw.works() {
		t.Error(err)
	}
	if _, err := tw.engines[0].TestContact(context.Background(), "darren", "sms", "jason"); !errors.As(err, &refused) {
		t.Errorf("without a phone: %v", err)
	}
}

func TestOnlyTheLatestTestCounts(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	s := tw.test()
	tw.wait(time.Minute)
	tw.test()
	if _, err := tw.engines[0].OpenContact(context.Background(), s.ID, 1); err == nil || tw.works() {
		t.Errorf("the link of the first: %v", err)
	}
	if _, err := tw.engines[0].OpenContact(context.Background(), s.ID, 2); err != nil || !tw.works() {
		t.Error(err)
	}
}

func TestTheTrailSaysWhoDidWhatAndWhyForALimitedTime(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	ctx, e := context.Background(), tw.engines[0]
	o := tw.stand(0)
	tw.wait(time.Minute)
	for range 2 { // taken back twice is one line
		if _, err := e.CancelOverride(ctx, o.Name(), "amir", "ethan is well"); err != nil {
			t.Fatal(err)
		}
	}
	s := tw.trade()
	if _, err := e.DeclineSwap(ctx, s.Name(), "amir", "no"); err != nil {
		t.Fatal(err)
	}
	tw.goAway(24*time.Hour, 24*time.Hour)
	if _, err := tw.cover("darren", 0); err != nil {
		t.Fatal(err)
	}
	if n, err := e.RevokeFeed(ctx, "user", "ethan", "ethan", "a lost laptop"); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	var got []string
	list, _, err := e.Trail(ctx, store.Cursor{}, 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		got = append(got, x.By+" "+x.Did+" "+x.What+" "+x.Why)
	}
	slices.Sort(got)
	want := []string{
		"amir override.cancelled OVR-1 ethan is well", "amir swap.declined SWAP-1 no", "darren absence.covered AWAY-1 ",
		"ethan absence.made AWAY-1 a wedding", "ethan feed.revoked user:ethan a lost laptop", "ethan override.made OVR-1 ethan is ill",
		"ethan swap.proposed SWAP-1 a wedding",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	tw.jump(override.Keep)
	if list, _, err = e.Trail(ctx, store.Cursor{}, 20); err != nil || len(list) != 0 {
		t.Errorf("kept for ever: %v %v", list, err)
	}
	if n, err := e.FeedGeneration(ctx, "user", "ethan"); err != nil || n != 1 {
		t.Errorf("a revoked feed is forgotten: %d, %v", n, err)
	}
}
