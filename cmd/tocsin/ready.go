package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func readyVerb(streams stdio) *cobra.Command {
	o := &remote{stdio: streams}
	c := &cobra.Command{
		Use:   "ready",
		Short: "Ask a server whether it takes alerts; for health checks of containers",
		Long: `Asks a server whether it takes alerts: the store can be written, and the server is not stopping. Exit code 1 says
that it does not, 2 that there is no answer within 3 seconds. No key is needed.`,
		Example: "  tocsin ready --server http://127.0.0.1:8080",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), 3*time.Second)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(o.address(), "/")+"/-/ready", nil)
			if err != nil {
				return err
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
			if err != nil {
				return err
			}
			if answer.StatusCode != http.StatusOK {
				return no{errors.New(strings.TrimSpace(string(text)))}
			}
			_, err = fmt.Fprint(streams.out, string(text))
			return err
		},
	}
	c.Flags().StringVar(&o.server, "server", "", "address of the server (default $"+envServer+", or "+defaultServer+")")
	return c
}
