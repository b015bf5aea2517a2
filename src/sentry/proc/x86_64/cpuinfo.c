/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/cpuinfo. CPUID is not trapped, so guests read the same answers that we ask for here: the
 * flags are what a guest finds, in the order of Linux's words (arch/x86/include/asm/cpufeatures.h).
 *
 * Differs: flags that Linux makes up itself are those that follow from CPUID; microcode, bugs and
 * the true layout of sockets are not told. Every processor is a core of its own in one socket.
 */
#include <cpuid.h>
#include <errno.h>
#include <string.h>

#include "sentry/core/clock.h"
#include "sentry/proc/proc_priv.h"

typedef unsigned long long ull;

struct leaf {
	uint32_t r[4]; /* eax, ebx, ecx, edx */
};
enum reg { EAX, EBX, ECX, EDX };

static struct leaf ask(uint32_t leaf, uint32_t sub)
{
	struct leaf l = {{0, 0, 0, 0}};

	__get_cpuid_count(leaf, sub, &l.r[EAX], &l.r[EBX], &l.r[ECX], &l.r[EDX]);
	return l;
}

/* ---- flags ---- */

struct flag {
	uint8_t bit;
	const char *name;
};

struct flag_word {
	uint32_t leaf, sub;
	enum reg reg;
	const struct flag *flags;
	size_t n;
};

#define WORD(leaf_, sub_, reg_, flags_)                                                            \
	{                                                                                          \
		.leaf = (leaf_), .sub = (sub_), .reg = (reg_), .flags = (flags_),                  \
		.n = ARRAY_SIZE(flags_)                                                            \
	}

static const struct flag leaf1_edx[] = {
	{0, "fpu"},      {1, "vme"},  {2, "de"},    {3, "pse"},  {4, "tsc"},    {5, "msr"},
	{6, "pae"},      {7, "mce"},  {8, "cx8"},   {9, "apic"}, {11, "sep"},   {12, "mtrr"},
	{13, "pge"},     {14, "mca"}, {15, "cmov"}, {16, "pat"}, {17, "pse36"}, {18, "pn"},
	{19, "clflush"}, {21, "dts"}, {22, "acpi"}, {23, "mmx"}, {24, "fxsr"},  {25, "sse"},
	{26, "sse2"},    {27, "ss"},  {28, "ht"},   {29, "tm"},  {30, "ia64"},  {31, "pbe"},
};
static const struct flag ext1_edx[] = {
	{11, "syscall"}, {19, "mp"},     {20, "nx"}, {22, "mmxext"},   {25, "fxsr_opt"},
	{26, "pdpe1gb"}, {27, "rdtscp"}, {29, "lm"}, {30, "3dnowext"}, {31, "3dnow"},
};
static const struct flag power_edx[] = {
	{8, "constant_tsc"},
	{8, "nonstop_tsc"},
};
static const struct flag leaf1_ecx[] = {
	{0, "pni"},     {1, "pclmulqdq"},   {2, "dtes64"},  {3, "monitor"},
	{4, "ds_cpl"},  {5, "vmx"},         {6, "smx"},     {7, "est"},
	{8, "tm2"},     {9, "ssse3"},       {10, "cid"},    {11, "sdbg"},
	{12, "fma"},    {13, "cx16"},       {14, "xtpr"},   {15, "pdcm"},
	{17, "pcid"},   {18, "dca"},        {19, "sse4_1"}, {20, "sse4_2"},
	{21, "x2apic"}, {22, "movbe"},      {23, "popcnt"}, {24, "tsc_deadline_timer"},
	{25, "aes"},    {26, "xsave"},      {28, "avx"},    {29, "f16c"},
	{30, "rdrand"}, {31, "hypervisor"},
};
static const struct flag ext1_ecx[] = {
	{0, "lahf_lm"},       {1, "cmp_legacy"},  {2, "svm"},    {3, "extapic"},
	{4, "cr8_legacy"},    {5, "abm"},         {6, "sse4a"},  {7, "misalignsse"},
	{8, "3dnowprefetch"}, {9, "osvw"},        {10, "ibs"},   {11, "xop"},
	{12, "skinit"},       {13, "wdt"},        {15, "lwp"},   {16, "fma4"},
	{17, "tce"},          {19, "nodeid_msr"}, {21, "tbm"},   {22, "topoext"},
	{23, "perfctr_core"}, {24, "perfctr_nb"}, {26, "bpext"}, {28, "perfctr_llc"},
	{29, "mwaitx"},
};
static const struct flag leaf7_ebx[] = {
	{0, "fsgsbase"},    {1, "tsc_adjust"}, {2, "sgx"},       {3, "bmi1"},
	{4, "hle"},         {5, "avx2"},       {7, "smep"},      {8, "bmi2"},
	{9, "erms"},        {10, "invpcid"},   {11, "rtm"},      {12, "cqm"},
	{14, "mpx"},        {15, "rdt_a"},     {16, "avx512f"},  {17, "avx512dq"},
	{18, "rdseed"},     {19, "adx"},       {20, "smap"},     {21, "avx512ifma"},
	{23, "clflushopt"}, {24, "clwb"},      {25, "intel_pt"}, {26, "avx512pf"},
	{27, "avx512er"},   {28, "avx512cd"},  {29, "sha_ni"},   {30, "avx512bw"},
	{31, "avx512vl"},
};
static const struct flag xsave_eax[] = {
	{0, "xsaveopt"}, {1, "xsavec"}, {2, "xgetbv1"}, {3, "xsaves"}, {4, "xfd"},
};
static const struct flag leaf7_1_eax[] = {
	{4, "avx_vnni"},  {5, "avx512_bf16"}, {7, "cmpccxadd"}, {18, "lkgs"},
	{21, "amx_fp16"}, {23, "avx_ifma"},   {26, "lam"},
};
static const struct flag ext8_ebx[] = {
	{0, "clzero"}, {1, "irperf"}, {2, "xsaveerptr"}, {4, "rdpru"}, {9, "wbnoinvd"},
};
static const struct flag leaf6_eax[] = {
	{0, "dtherm"}, {1, "ida"}, {2, "arat"}, {4, "pln"}, {6, "pts"}, {7, "hwp"},
};
static const struct flag leaf7_ecx[] = {
	{1, "avx512vbmi"},
	{2, "umip"},
	{3, "pku"},
	{4, "ospke"},
	{5, "waitpkg"},
	{6, "avx512_vbmi2"},
	{8, "gfni"},
	{9, "vaes"},
	{10, "vpclmulqdq"},
	{11, "avx512_vnni"},
	{12, "avx512_bitalg"},
	{13, "tme"},
	{14, "avx512_vpopcntdq"},
	{16, "la57"},
	{22, "rdpid"},
	{24, "bus_lock_detect"},
	{25, "cldemote"},
	{27, "movdiri"},
	{28, "movdir64b"},
	{29, "enqcmd"},
	{30, "sgx_lc"},
};
static const struct flag leaf7_edx[] = {
	{2, "avx512_4vnniw"}, {3, "avx512_4fmaps"}, {4, "fsrm"},       {8, "avx512_vp2intersect"},
	{10, "md_clear"},     {14, "serialize"},    {16, "tsxldtrk"},  {18, "pconfig"},
	{19, "arch_lbr"},     {20, "ibt"},          {22, "amx_bf16"},  {23, "avx512_fp16"},
	{24, "amx_tile"},     {25, "amx_int8"},     {28, "flush_l1d"}, {29, "arch_capabilities"},
};

static const struct flag_word words[] = {
	WORD(1, 0, EDX, leaf1_edx),          WORD(0x80000001, 0, EDX, ext1_edx),
	WORD(0x80000007, 0, EDX, power_edx), WORD(1, 0, ECX, leaf1_ecx),
	WORD(0x80000001, 0, ECX, ext1_ecx),  WORD(7, 0, EBX, leaf7_ebx),
	WORD(0xd, 1, EAX, xsave_eax),        WORD(7, 1, EAX, leaf7_1_eax),
	WORD(0x80000008, 0, EBX, ext8_ebx),  WORD(6, 0, EAX, leaf6_eax),
	WORD(7, 0, ECX, leaf7_ecx),          WORD(7, 0, EDX, leaf7_edx),
};

static void add_flags(struct strbuf *sb)
{
	strbuf_adds(sb, "flags\t\t:");
	for (size_t w = 0; w < ARRAY_SIZE(words); w++) {
		struct leaf l = ask(words[w].leaf, words[w].sub);

		for (size_t f = 0; f < words[w].n; f++)
			if (l.r[words[w].reg] >> words[w].flags[f].bit & 1)
				strbuf_addf(sb, " %s", words[w].flags[f].name);
	}
	strbuf_adds(sb, "\nbugs\t\t:\n");
}

/* ---- who made it ---- */

static void add_vendor(struct strbuf *sb)
{
	struct leaf l = ask(0, 0), v = ask(1, 0);
	uint32_t family = v.r[EAX] >> 8 & 15, model = v.r[EAX] >> 4 & 15;
	char name[12];

	memcpy(name, &l.r[EBX], 4);
	memcpy(name + 4, &l.r[EDX], 4);
	memcpy(name + 8, &l.r[ECX], 4);
	if (family == 15)
		family += v.r[EAX] >> 20 & 255;
	if (family >= 6)
		model += (v.r[EAX] >> 16 & 15) << 4;
	strbuf_addf(sb, "vendor_id\t: %.12s\ncpu family\t: %u\nmodel\t\t: %u\n", name, family,
		    model);
}

/* The brand, without the spaces around it. */
static void add_model_name(struct strbuf *sb)
{
	char brand[49] = "unknown";
	const char *s = brand;
	size_t len;

	if (ask(0x80000000, 0).r[EAX] >= 0x80000004)
		for (uint32_t i = 0; i < 3; i++) {
			struct leaf l = ask(0x80000002 + i, 0);

			memcpy(brand + 16u * i, l.r, 16);
		}
	while (*s == ' ')
		s++;
	len = strlen(s);
	while (len > 0 && s[len - 1] == ' ')
		len--;
	strbuf_addf(sb, "model name\t: %.*s\nstepping\t: %u\n", (int)len, s, ask(1, 0).r[EAX] & 15);
}

/* The largest data or unified cache that one core has alone: level 2, as Linux's cache size on AMD,
 * or what leaf 4 ends with. */
static uint64_t cache_kib(void)
{
	uint64_t kib = ask(0x80000006, 0).r[ECX] >> 16;

	for (uint32_t i = 0; i < 8; i++) {
		struct leaf l = ask(4, i);

		if ((l.r[EAX] & 31) == 0)
			break;
		if ((l.r[EAX] & 31) == 2)
			continue;
		kib = (uint64_t)((l.r[EBX] >> 22) + 1) * ((l.r[EBX] >> 12 & 1023) + 1) *
		      ((l.r[EBX] & 4095) + 1) * (l.r[ECX] + 1) / 1024;
	}
	return kib;
}

/* ---- how fast it is ---- */

/* What CPUID says, or what the time stamp counter has counted since the filesystem was made. */
static uint64_t khz(const struct proc_at *at)
{
	uint32_t mhz = ask(0x16, 0).r[EAX] & 0xffff;
	uint64_t tsc = __builtin_ia32_rdtsc() - at->fs->made_tsc;
	int64_t ns = clock_monotonic_ns() - at->fs->made_ns;

	if (mhz != 0)
		return mhz * 1000ULL;
	return ns > 0 ? (uint64_t)((unsigned __int128)tsc * 1000000 / (uint64_t)ns) : 0;
}

/* What comes before and after the lines that differ; asked for once, since CPUID is slow in a
 * virtual machine. */
static void add_head(struct strbuf *sb, uint64_t speed_khz)
{
	add_vendor(sb);
	add_model_name(sb);
	strbuf_addf(sb, "cpu MHz\t\t: %llu.%03llu\ncache size\t: %llu KB\nphysical id\t: 0\n",
		    (ull)speed_khz / 1000, (ull)speed_khz % 1000, (ull)cache_kib());
}

static void add_tail(struct strbuf *sb, uint64_t speed_khz)
{
	uint32_t line = (ask(1, 0).r[EBX] >> 8 & 255) * 8, sizes = ask(0x80000008, 0).r[EAX];
	ull bogo = speed_khz * 2;

	strbuf_addf(sb, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n",
		    ask(0, 0).r[EAX]);
	add_flags(sb);
	strbuf_addf(sb, "bogomips\t: %llu.%02llu\nclflush size\t: %u\ncache_alignment\t: %u\n",
		    bogo / 1000, bogo % 1000 / 10, line, line);
	strbuf_addf(sb, "address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n",
		    sizes & 255, sizes >> 8 & 255);
}

int proc_show_cpuinfo(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(strbuf_fini) struct strbuf head = STRBUF_INIT;
	AUTO(strbuf_fini) struct strbuf tail = STRBUF_INIT;
	uint64_t speed = khz(at), cpu;
	uint32_t core = 0, n = at->k->host_ncpus;

	add_head(&head, speed);
	add_tail(&tail, speed);
	for (uint64_t from = 0; proc_next_cpu(at->k, from, &cpu); from = cpu + 1, core++) {
		strbuf_addf(sb, "processor\t: %llu\n", (ull)cpu);
		strbuf_adds(sb, strbuf_str(&head));
		strbuf_addf(
			sb,
			"siblings\t: %u\ncore id\t\t: %u\ncpu cores\t: %u\napicid\t\t: %u\ninitial apicid\t: %u\n",
			n, core, n, core, core);
		strbuf_adds(sb, strbuf_str(&tail));
	}
	return strbuf_result(&head) < 0 ? -ENOMEM : strbuf_result(&tail);
}

uint64_t proc_cycles(void)
{
	return __builtin_ia32_rdtsc();
}
