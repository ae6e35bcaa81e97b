#include "watch.h"
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* One stub for each slot: counts, and goes on to where the slot led, with every argument in place. */
uint64_t           conformance_counts[CONFORMANCE_WATCHED] __attribute__((visibility("hidden")));
uint64_t           conformance_targets[CONFORMANCE_WATCHED] __attribute__((visibility("hidden")));
extern const char  conformance_stubs[] __attribute__((visibility("hidden")));
static const char *names_of[CONFORMANCE_WATCHED];
static int         used;

#if defined(__x86_64__)
#define STUB_BYTES 32
#define SLOT_KINDS(kind) ((kind) == R_X86_64_JUMP_SLOT || (kind) == R_X86_64_GLOB_DAT)
__asm__(".pushsection .text\n.balign 32\n.globl conformance_stubs\n.hidden conformance_stubs\n"
        "conformance_stubs:\n.set slot, 0\n.rept 192\n.balign 32\nendbr64\n"
        "lock incq conformance_counts + 8 * slot(%rip)\n"
        "jmp *conformance_targets + 8 * slot(%rip)\n"
        ".set slot, slot + 1\n.endr\n.balign 32\n.popsection\n");
#elif defined(__aarch64__)
#define STUB_BYTES 64
#define SLOT_KINDS(kind) ((kind) == R_AARCH64_JUMP_SLOT || (kind) == R_AARCH64_GLOB_DAT)
/* x16 and x17 are free between a call and its target. */
__asm__(".pushsection .text\n.balign 64\n.globl conformance_stubs\n.hidden conformance_stubs\n"
        "conformance_stubs:\n.set slot, 0\n.rept 192\n.balign 64\nhint #34\n"
        "adrp x16, conformance_counts\nadd x16, x16, :lo12:conformance_counts\n"
        "ldr x17, [x16, #8 * slot]\nadd x17, x17, #1\nstr x17, [x16, #8 * slot]\n"
        "adrp x16, conformance_targets\nadd x16, x16, :lo12:conformance_targets\n"
        "ldr x16, [x16, #8 * slot]\nbr x16\n"
        ".set slot, slot + 1\n.endr\n.balign 64\n.popsection\n");
#endif
_Static_assert(CONFORMANCE_WATCHED == 192, "the stubs are counted in the assembler text too");

/* The tables of a library's dynamic section, as addresses. */
struct tables {
  const ElfW(Sym) * symbols;
  const char *strings;
  struct {
    const ElfW(Rela) * first;
    size_t bytes;
  } relocations[2];
};

static int read_tables(const struct link_map *map, struct tables *tables) {
  memset(tables, 0, sizeof *tables);
  for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++) {
    /* glibc has added the base already, musl has not. */
    uintptr_t   address = d->d_un.d_ptr < map->l_addr ? d->d_un.d_ptr + map->l_addr : d->d_un.d_ptr;
    const void *place = (const void *)address;
    if (d->d_tag == DT_SYMTAB) tables->symbols = place;
    if (d->d_tag == DT_STRTAB) tables->strings = place;
    if (d->d_tag == DT_RELA) tables->relocations[0].first = place;
    if (d->d_tag == DT_RELASZ) tables->relocations[0].bytes = d->d_un.d_val;
    if (d->d_tag == DT_JMPREL) tables->relocations[1].first = place;
    if (d->d_tag == DT_PLTRELSZ) tables->relocations[1].bytes = d->d_un.d_val;
  }
  return tables->symbols && tables->strings ? 0 : -1;
}

/* Leads one slot through the next stub, unless it already goes through one. */
static int divert(uint64_t *slot, const char *name) {
  uint64_t first = (uint64_t)(uintptr_t)conformance_stubs;
  if (!*slot || (*slot >= first && *slot < first + CONFORMANCE_WATCHED * STUB_BYTES)) return 0;
  if (used == CONFORMANCE_WATCHED) return 0;
  uintptr_t page = (uintptr_t)slot & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
  /* The loader has made most slots read-only. */
  if (mprotect((void *)page, (uintptr_t)(slot + 1) - page, PROT_READ | PROT_WRITE)) return -1;
  names_of[used] = name;
  conformance_targets[used] = *slot;
  *slot = first + (uint64_t)used++ * STUB_BYTES;
  return 0;
}

int conformance_watch(void *library, const char *const *names, size_t names_count) {
  struct link_map *map;
  struct tables    tables;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) || read_tables(map, &tables)) return -1;
  for (int t = 0; t < 2; t++)
    for (size_t i = 0; i < tables.relocations[t].bytes / sizeof(ElfW(Rela)); i++) {
      const ElfW(Rela) *r = &tables.relocations[t].first[i];
      if (!SLOT_KINDS(ELF64_R_TYPE(r->r_info))) continue;
      const ElfW(Sym) *symbol = &tables.symbols[ELF64_R_SYM(r->r_info)];
      const char *name = tables.strings + symbol->st_name;
      for (size_t n = 0; n < names_count; n++)
        if (!strcmp(name, names[n]) && divert((uint64_t *)(map->l_addr + r->r_offset), name)) return -1;
    }
  return used;
}

const char *conformance_watched_name(int index) { return names_of[index]; }

uint64_t conformance_watched_calls(int index) {
  return __atomic_load_n(&conformance_counts[index], __ATOMIC_RELAXED);
}
