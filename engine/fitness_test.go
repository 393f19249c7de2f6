package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

func (tw *town) unfit() engine.Unfit {
	tw.Helper()
	why, _ := tw.engines[0].Fit(context.Background())
	return why
}

func TestAReplicaIsFitWhenItIsIdleAndWhenItPages(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.settle()
	if why := tw.unfit(); why != "" {
		t.Errorf("idle: %s", why)
	}
	tw.fire(disk)
	tw.wait(time.Hour)
	if why := tw.unfit(); why != "" {
		t.Errorf("after a page: %s", why)
	}
}

func TestAReplicaIsUnfitWhileNoProviderTakesAnything(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.phones.fail = func(deliver.Message) error { return errors.New("connection refused") }
	tw.fire(disk)
	tw.wait(time.Minute)
	if why := tw.unfit(); why != "" {
		t.Errorf("after a minute of retries: %s", why)
	}
	tw.wait(2 * time.Minute)
	if why := tw.unfit(); why != engine.UnfitDelivery {
		t.Errorf("after three minutes: %q", why)
	}
	tw.phones.fail = nil
	tw.wait(2 * time.Minute)
	if why := tw.unfit(); why != "" {
		t.Errorf("when messages get out again: %s", why)
	}
}

func TestOneWayThatWorksIsEnough(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toEthan)
	tw.phones.refuse("slack", errors.New("502"))
	tw.fire(disk)
	tw.wait(150 * time.Second)
	if why := tw.unfit(); why != "" {
		t.Errorf("with SMS working: %s", why)
	}
}

func TestAReplicaThatHandlesNothingIsUnfit(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, toAmir)
	tw.settle()
	tw.clock.t = tw.clock.t.Add(time.Minute)
	if why := tw.unfit(); why != engine.UnfitWheel {
		t.Errorf("a minute without a step: %q", why)
	}
	tw.settle()
	if why := tw.unfit(); why != "" {
		t.Errorf("with a step: %s", why)
	}
}
