/* The child process of a conformance test: what it leaves for its parent in shared memory, so that even
 * a plugin that crashes, or closes every descriptor, costs no knowledge of where and how.            */
#ifndef CCONFORMANCE_CHILD_H
#define CCONFORMANCE_CHILD_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One operand of the kernel call under way: where its elements lie. */
typedef struct conformance_operand {
  uint64_t begin, end;    /* addresses of the first byte and behind the last        */
  uint64_t reserve_begin; /* the pages around it, of which none but its own can be  */
  uint64_t reserve_end;   /* touched                                                */
  char     name[16];      /* "x", "dy", "param 0"                                   */
  uint32_t element_size;  /* bytes                                                  */
  uint32_t is_input;      /* 1: mapped read-only                                    */
} conformance_operand;

#define CONFORMANCE_OPERANDS 48
#define CONFORMANCE_DOING 1024

/* Shared between parent and child; zeros at the start. */
typedef struct conformance_board {
  uint32_t            is_answered; /* set last, when `answer` is whole              */
  uint32_t            answer_bytes;
  int32_t             signal;   /* the fault that was caught; 0 for none         */
  uint32_t            is_write; /* 1 it wrote, 0 it read, 2 unknown              */
  uint64_t            address;  /* that it touched                               */
  uint64_t            operands_count;
  conformance_operand operands[CONFORMANCE_OPERANDS];
  double              progress;                 /* 0 to 1, of a long test                        */
  int64_t             trial;                    /* the trial under way                           */
  char                doing[CONFORMANCE_DOING]; /* the call under way, for people    */
  char                answer[];
} conformance_board;

/* Makes SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP leave their address on the board before they kill
 * the process as they would have. On a stack of its own, so that it also sees a stack overflow. The
 * calling thread's alone; returns 0, or -1 with errno. */
int conformance_catch_faults(conformance_board *board);

/* fork(2), which Swift hides: some tests must do it. */
pid_t conformance_fork(void);

/* Makes this process the parent of its descendants' orphans; 0, or -1 with errno. */
int conformance_adopt_orphans(void);

/* A descriptor that becomes readable when the process ends; -1 where the kernel has none. */
int conformance_watch_process(pid_t process);
#endif
