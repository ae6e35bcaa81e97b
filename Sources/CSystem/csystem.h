/* libc for code that is also compiled in Embedded mode, where there is no Glibc module. */
#ifndef ACTZOO_CSYSTEM_H
#define ACTZOO_CSYSTEM_H
#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <sys/types.h>
#include <unistd.h>

/* Not _GNU_SOURCE: it changes fd_set, and a module that sees this header and Swift's own Glibc module
 * then does not compile. What only it declares is declared here. */
extern double strtod_l(const char *text, char **end, locale_t locale);
#endif
