/* Answers for the name server in one process and its children, so that no test needs root or the network.
   REMEDIATE_RESOLVER is a file: "up" resolves *.example to loopback; "down" has no answer for any name;
   "gone" knows no name. Every other name that is not this machine's does not exist. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

typedef int (*lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int ends_with(const char *name, const char *end) {
  size_t length = strlen(name), tail = strlen(end);
  return length >= tail && !strcmp(name + length - tail, end);
}

static int is_address(const char *name) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, name, buffer) == 1 || inet_pton(AF_INET6, name, buffer) == 1;
}

static char state(void) {
  const char *path = getenv("REMEDIATE_RESOLVER");
  FILE *file = path ? fopen(path, "re") : NULL;
  int first = file ? fgetc(file) : 'u';
  if (file) fclose(file);
  return (char)first;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  lookup real = (lookup)dlsym(RTLD_NEXT, "getaddrinfo");
  if (!node || !*node || is_address(node) || !strcmp(node, "localhost")) return real(node, service, hints, result);
  char now = state();
  if (now == 'd') return EAI_AGAIN;
  if (now == 'g' || !ends_with(node, ".example")) return EAI_NONAME;
  struct addrinfo plain;
  if (hints) {
    plain = *hints;
    if (plain.ai_family == AF_INET6) return EAI_NONAME;
    plain.ai_flags &= ~AI_CANONNAME;
    hints = &plain;
  }
  return real("127.0.0.1", service, hints, result);
}
