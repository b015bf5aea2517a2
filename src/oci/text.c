/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before json-c sees a text, one pass over the bytes refuses what it would let through or what
 * would make it use much memory: NUL bytes and \u0000 (it cuts names there), and too many values.
 */
#include "oci/text_priv.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "oci/oci.h"

#define DEPTH_MAX  64
#define VALUES_MAX ((size_t)1 << 20)

static size_t line_of(const char *text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

static int refuse(struct strbuf *why, int err, const char *text, size_t at, const char *what)
{
	strbuf_reset(why);
	strbuf_addf(why, "line %zu: %s", line_of(text, at), what);
	return err;
}

/* The escape at text[at], which is a backslash, is \u0000. */
static bool is_nul_escape(const char *text, size_t len, size_t at)
{
	return len - at >= 6 && memcmp(text + at, "\\u0000", 6) == 0;
}

static size_t digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= '0' && s[i] <= '9')
		i++;
	return i;
}

/* RFC 8259: -? int frac? exp?, and nothing behind. */
static bool is_number(const char *s, size_t n)
{
	size_t i = n > 0 && s[0] == '-', k = digits(s + i, n - i);

	if (k == 0 || (k > 1 && s[i] == '0'))
		return false;
	i += k;
	if (i < n && s[i] == '.') {
		k = digits(s + i + 1, n - i - 1);
		i += k + 1;
		if (k == 0)
			return false;
	}
	if (i < n && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		i += i < n && (s[i] == '+' || s[i] == '-');
		k = digits(s + i, n - i);
		i += k;
		if (k == 0)
			return false;
	}
	return i == n;
}

/* json-c would make the nearest one that fits of it. */
static bool fits_64_bits(const char *s, size_t n)
{
	static const char least[] = "9223372036854775808", most[] = "18446744073709551615";
	bool negative = s[0] == '-';
	const char *limit = negative ? least : most;
	size_t room = strlen(limit), k;

	s += negative;
	n -= negative;
	k = digits(s, n);
	if (k < n)
		return true; /* no integer, and as such good for nothing that is known */
	return k < room || (k == room && memcmp(s, limit, room) <= 0);
}

static bool is_word(const char *s, size_t n)
{
	return (n == 4 && (memcmp(s, "true", 4) == 0 || memcmp(s, "null", 4) == 0)) ||
	       (n == 5 && memcmp(s, "false", 5) == 0);
}

/* The string that begins at text[at]; its end, behind the quote, or the end of the text. */
static int scan_string(const char *text, size_t len, size_t at, size_t *ret_end, struct strbuf *why)
{
	size_t i;

	for (i = at + 1; i < len && text[i] != '"'; i++) {
		if (text[i] == '\\' && is_nul_escape(text, len, i))
			return refuse(why, -EINVAL, text, i, "a NUL in a string");
		i += text[i] == '\\';
		if (i < len && (unsigned char)text[i] < 0x20)
			return refuse(why, -EINVAL, text, i, "a control character in a string");
	}
	*ret_end = i < len ? i + 1 : len;
	return 0;
}

/* The word or number that begins at text[at], if it is one; else its end is where it begins. */
static size_t scan_plain(const char *text, size_t len, size_t at)
{
	size_t end = at;

	while (end < len && !strchr(" \t\r\n,:[]{}\"", text[end]))
		end++;
	if (is_word(text + at, end - at) ||
	    (is_number(text + at, end - at) && fits_64_bits(text + at, end - at)))
		return end;
	return at;
}

static int scan(const char *text, size_t len, struct strbuf *why)
{
	size_t values = 1, end;

	for (size_t i = 0; i < len; i = end) {
		char c = text[i];
		int r = 0;

		end = i + 1;
		if (c == '"')
			r = scan_string(text, len, i, &end, why);
		else if (c == ',' || c == '[' || c == '{')
			values++;
		else if (c == '\0' || !strchr(" \t\r\n:]}", c))
			end = scan_plain(text, len, i);
		if (r < 0)
			return r;
		if (end == i)
			return refuse(why, -EINVAL, text, i,
				      c ? "no JSON value, or more than 64 bits" : "a NUL byte");
		if (values > VALUES_MAX)
			return refuse(why, -E2BIG, text, i, "too many values");
	}
	return 0;
}

static int only_blanks(const char *text, size_t from, size_t len, struct strbuf *why)
{
	for (size_t i = from; i < len; i++) {
		if (!strchr(" \t\r\n", text[i]))
			return refuse(why, -EINVAL, text, i, "text behind the end of the JSON");
	}
	return 0;
}

DEFINE_AUTO(struct json_tokener *, json_tokener_free)

int oci_text_parse(const char *text, size_t len, struct json_object **ret_tree, struct strbuf *why)
{
	AUTO(json_tokener_free) struct json_tokener *tok = NULL;
	AUTO(oci_json_put) struct json_object *tree = NULL;
	enum json_tokener_error error;
	int r;

	if (len > OCI_TEXT_MAX)
		return refuse(why, -E2BIG, text, 0, "longer than 16 MiB");
	r = scan(text, len, why);
	if (r < 0)
		return r;
	tok = json_tokener_new_ex(DEPTH_MAX);
	if (!tok)
		return refuse(why, -ENOMEM, text, 0, "no memory");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS |
					    JSON_TOKENER_VALIDATE_UTF8);
	tree = json_tokener_parse_ex(tok, text, (int)len);
	error = json_tokener_get_error(tok);
	if (error == json_tokener_continue)
		return refuse(why, -EINVAL, text, len, "the JSON ends too early");
	if (error == json_tokener_error_depth)
		return refuse(why, -E2BIG, text, json_tokener_get_parse_end(tok),
			      "nested too deep");
	if (error != json_tokener_success)
		return refuse(why, -EINVAL, text, json_tokener_get_parse_end(tok),
			      json_tokener_error_desc(error));
	r = only_blanks(text, json_tokener_get_parse_end(tok), len, why);
	if (r < 0)
		return r;
	if (!json_object_is_type(tree, json_type_object))
		return refuse(why, -EINVAL, text, 0, "the text is no JSON object");
	*ret_tree = TAKE(tree);
	return 0;
}
