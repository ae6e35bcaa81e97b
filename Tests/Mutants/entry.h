/* The entry, the plugin's struct, and what the linker sees. */
#ifndef MUTANTS_ENTRY_H
#define MUTANTS_ENTRY_H

__attribute__((unused)) static const void *no_extension(const char *id) {
  static const int table = 1;
  (void)id;
  return MUTANT == EXTENSION_TO_ALL ? &table : NULL;
}

#define PLUGIN                                                                                         \
  {                                                                                                    \
    .size = MUTANT == PLUGIN_SIZE_HUGE ? 0x40000000u : sizeof(actzoo_plugin),                          \
    .needs_minor = MUTANT == NEEDS_FUTURE ? 7 : 0, .kernels_count = sizeof rows / sizeof *rows,        \
    .kernels = (const actzoo_kernels *const *)rows, .extension = no_extension                          \
  }

/* Two equal tables, for the entries that do not always hand out the same. */
static const actzoo_plugin plugins[2] = {PLUGIN, PLUGIN};

/* Which table. Chosen when first asked, without a lock, so the first threads may disagree. */
static int choice(void) {
  static volatile int chosen, tickets;
  if (MUTANT == ENTRY_ALTERNATES) return tickets++ & 1;
  if (MUTANT != ENTRY_RACES) return 0;
  if (!chosen) {
    int mine = 1 + (__atomic_fetch_add(&tickets, 1, __ATOMIC_RELAXED) & 1);
    usleep(20000); /* as building a table of logarithms would take */
    if (!chosen) chosen = mine;
    return mine - 1;
  }
  return chosen - 1;
}

#if MUTANT == ENTRY_MISNAMED
ACTZOO_EXPORT const actzoo_plugin *actzoo_plugin_v0(const actzoo_host *host);
#define actzoo_plugin_v1 actzoo_plugin_v0
#endif

const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
  disturb_load();
  if (MUTANT == HOST_SIZE_EQUALS && host->size != sizeof(actzoo_host)) return NULL;
  if (MUTANT == HOST_FIELD_ASSUMED && host->extension && host->extension("actzoo.log/1")) return NULL;
  if (MUTANT == HOST_MINOR_EQUALS && host->minor != ACTZOO_MINOR) return NULL;
  return &plugins[choice()];
}

#if MUTANT == CONSTRUCTOR
__attribute__((constructor)) static void at_load(void) { __asm__ volatile(""); }
#elif MUTANT == DESTRUCTOR
__attribute__((destructor)) static void at_exit(void) { __asm__ volatile(""); }
#elif MUTANT == EXPORTS_MORE
ACTZOO_EXPORT int parabola_version(void);
int               parabola_version(void) { return 1; }
#elif MUTANT == UNIQUE_SYMBOL
/* As a static variable of a C++ template is. */
__asm__(".data\n.globl counter\n.type counter, @gnu_unique_object\n.size counter, 4\n"
        "counter: .long 0\n.text\n");
#elif MUTANT == TEXT_RELOCATION
__asm__(".text\n.balign 8\n.quad actzoo_plugin_v1\n");
#endif
#endif
