package rules

import (
	"fmt"
	"net/netip"
	"strings"
)

// networks are what an address is held against.
type networks []netip.Prefix

func parseNetworks(texts []string) (networks, error) {
	var list networks
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not a network; write it as 10.0.0.0/8 or 2001:db8::/32, and one address as 10.0.0.1/32", text)
		}
		list = append(list, netip.PrefixFrom(p.Addr().Unmap(), bitsOf(p)).Masked())
	}
	return list, nil
}

// bitsOf counts the bits of an IPv4 network that is written as an IPv6 one as those of the IPv4 network.
func bitsOf(p netip.Prefix) int {
	if p.Addr().Is4In6() {
		return max(0, p.Bits()-96)
	}
	return p.Bits()
}

// contain says whether the text is an address in one of the networks: 10.1.2.3, 10.1.2.3:9100, 2001:db8::1 or
// [2001:db8::1]:9100.
func (list networks) contain(text string) bool {
	addr, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil {
		withPort, err := netip.ParseAddrPort(strings.TrimSpace(text))
		if err != nil {
			return false
		}
		addr = withPort.Addr()
	}
	addr = addr.Unmap().WithZone("")
	for _, p := range list {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// inNetworks looks an address up in networks that were read when the rules were compiled.
func inNetworks(args ...any) (any, error) {
	text, err := textArgument("cidr", args[0])
	if err != nil {
		return nil, err
	}
	return args[1].(networks).contain(text), nil
}

// inNetworkNamed does so for a network that is known only now.
func inNetworkNamed(args ...any) (any, error) {
	text, err := textArgument("cidr", args[0])
	if err != nil {
		return nil, err
	}
	name, err := textArgument("cidr", args[1])
	if err != nil {
		return nil, err
	}
	list, err := parseNetworks([]string{name})
	if err != nil {
		return nil, err
	}
	return list.contain(text), nil
}

// textArgument is what a function is given that wants text: a detail may be anything, and nothing reads as empty.
func textArgument(function string, value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case nil:
		return "", nil
	}
	return "", fmt.Errorf("%s needs text, not %T", function, value)
}
