/* What a hostile plugin does to the process that it is loaded into. */
#ifndef HOSTILE_DEEDS_H
#define HOSTILE_DEEDS_H
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
  NONE,
  EXITS,
  ABORTS,
  CLOSES_DESCRIPTORS,
  REDIRECTS_DESCRIPTORS,
  FLOODS_OUTPUT,
  FORKS,
  DETACHES,
  CATCHES_SIGNALS,
  SLEEPS,
  EATS_MEMORY,
  OVERFLOWS_STACK,
  KILLS_GROUP,
  SCRIBBLES
};

__attribute__((noinline, unused)) static int recurse(volatile char *above) {
  volatile char frame[4096];
  frame[0] = above ? above[0] : 1;
  return recurse(frame) + frame[0];
}

/* Over the heap, in both directions, until something ends it. */
__attribute__((unused)) static void *scribble(void *place) {
  volatile char *p = place;
  for (long i = 0;; i++) p[i] = p[-i] = (char)0xa5;
  return NULL;
}

__attribute__((unused)) static void keep_going(int number) { (void)number; }

/* What is thrown at the output: not only text. */
__attribute__((unused)) static void flood(void) {
  static const char line[] = "{\"status\": \"pass\"} \033[2J \xff\xfe PASS PASS PASS\n";
  for (int i = 0; i < 200000; i++)
    if (write(1, line, sizeof line) < 0 || write(2, line, sizeof line) < 0) return;
}

static void commit(int deed) {
  if (deed == EXITS) _exit(0);
  if (deed == ABORTS) abort();
  if (deed == CLOSES_DESCRIPTORS)
    for (int fd = 0; fd < 1024; fd++) close(fd);
  if (deed == REDIRECTS_DESCRIPTORS) /* whoever writes to one of them now writes to another */
    for (int fd = 3; fd < 64; fd++) dup2(1, fd);
  if (deed == FLOODS_OUTPUT) flood();
  if ((deed == FORKS || deed == DETACHES) && fork() == 0) {
    if (deed == DETACHES) setsid(); /* out of reach of whoever kills the group */
    sleep(20);
    _exit(0);
  }
  if (deed == CATCHES_SIGNALS) {
    for (int number = 1; number < 32; number++) signal(number, keep_going);
    volatile int *volatile nowhere = NULL;
    *nowhere = 0; /* comes back to this for ever */
  }
  if (deed == SLEEPS)
    for (;;) pause();
  if (deed == EATS_MEMORY)
    for (size_t gigabytes = 0; gigabytes < 30; gigabytes++) {
      char *piece = mmap(NULL, 1u << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (piece == MAP_FAILED) abort();
      memset(piece, 1, 1u << 30);
    }
  if (deed == OVERFLOWS_STACK) recurse(NULL);
  if (deed == KILLS_GROUP) kill(0, SIGKILL);
  if (deed == SCRIBBLES) {
    pthread_t thread;
    pthread_create(&thread, NULL, scribble, malloc(1));
    usleep(100000);
  }
}
#endif
