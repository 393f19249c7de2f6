# A static binary in an empty image: nothing else to keep up to date.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/tocsin ./cmd/tocsin \
 && mkdir -p /out/data /out/etc/tocsin

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/tocsin /usr/bin/tocsin
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/etc/tocsin /etc/tocsin
USER 65532:65532
WORKDIR /
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/usr/bin/tocsin", "ready"]
ENTRYPOINT ["/usr/bin/tocsin"]
CMD ["serve", "--config", "/etc/tocsin", "--listen", "0.0.0.0:8080"]
