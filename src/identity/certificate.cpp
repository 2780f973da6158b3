#include "identity/certificate.h"

#include "identity/malformed.h"
#include "identity/names.h"

#include <arpa/inet.h>

#include <set>

namespace signet::identity {
namespace {

constexpr std::uint32_t path_length_max = 15;
constexpr std::size_t serial_bytes_max = 20;  // RFC 5280 4.1.2.2

Result<Block<20>> key_id(Bytes id) {
  if (id.size() != 20) return malformed("key identifier: not 20 bytes");
  return TRY(Reader{id}.block<20>());
}

Status read_basic_constraints(der::DerReader& value, Certificate& out) {
  der::DerReader in = TRY(value.enter(der::sequence));
  if (in.next_is(der::boolean)) {
    out.is_ca = TRY(in.truth());
    if (!out.is_ca) return malformed("a default value is written out");  // X.690 11.5
  }
  if (in.next_is(der::integer)) {
    if (!out.is_ca) return malformed("a path length without CA");
    out.path_length = TRY(in.small_number(path_length_max));
  }
  return in.end();
}

Status read_extended_key_usage(der::DerReader& value, Certificate& out) {
  der::DerReader in = TRY(value.enter(der::sequence));
  if (in.empty()) return malformed("no purpose");
  out.client_auth = out.server_auth = false;
  while (!in.empty()) {
    const Bytes purpose = TRY(in.expect(der::oid)).content;
    if (same(purpose, oids::client_auth)) out.client_auth = true;
    if (same(purpose, oids::server_auth)) out.server_auth = true;
  }
  return {};
}

// REQUIRES: 4 or 16 bytes.
std::string ip_text(Bytes ip) {
  char text[INET6_ADDRSTRLEN];
  ENSURE(inet_ntop(ip.size() == 4 ? AF_INET : AF_INET6, ip.data(), text, sizeof text) != nullptr);
  return text;
}

// GeneralName (RFC 5280 4.2.1.6): [2] dNSName, [7] iPAddress; the others, directoryName among them, are only skipped.
Status read_alternative_names(der::DerReader& value, Certificate& out) {
  der::DerReader in = TRY(value.enter(der::sequence));
  if (in.empty()) return malformed("no name");
  for (std::size_t count = 0; !in.empty(); ++count) {
    if (count == alternative_names_max) return Error{Errc::too_large, "more than 16 names"};
    const der::Element name = TRY(in.any());
    if (name.tag == der::context_primitive(2)) {
      if (!is_name_text(text_of(name.content), name_value_bytes_max)) return malformed("not a DNS name");
      out.alternative_names.push_back("dns:" + std::string{text_of(name.content)});
    } else if (name.tag == der::context_primitive(7)) {
      if (name.content.size() != 4 && name.content.size() != 16) return malformed("not an IP address");
      out.alternative_names.push_back("ip:" + ip_text(name.content));
    } else if (name.tag == der::context(4)) {
      der::DerReader inside{name.content};
      TRY(expect_name(inside));
      TRY(inside.end());
    } else if (name.tag >> 6 != 2) {
      return malformed("not a GeneralName");
    }
  }
  return {};
}

Status read_authority_key_id(der::DerReader& value, Certificate& out) {
  der::DerReader in = TRY(value.enter(der::sequence));
  if (in.next_is(der::context_primitive(0))) out.authority_key_id = TRY(key_id(TRY(in.any()).content));
  while (!in.empty()) TRY(in.any());  // issuer and serial of the issuing certificate: we go by the key identifier
  return {};
}

// Known extensions by their name in errors. Not known: "".
std::string_view extension_name(Bytes id) {
  if (same(id, oids::basic_constraints)) return "basic constraints";
  if (same(id, oids::key_usage)) return "key usage";
  if (same(id, oids::extended_key_usage)) return "extended key usage";
  if (same(id, oids::subject_alternative_name)) return "subject alternative name";
  if (same(id, oids::subject_key_id)) return "subject key identifier";
  if (same(id, oids::authority_key_id)) return "authority key identifier";
  return "";
}

Status read_extension_value(Bytes id, der::DerReader& value, Certificate& out) {
  if (same(id, oids::basic_constraints)) return read_basic_constraints(value, out);
  if (same(id, oids::extended_key_usage)) return read_extended_key_usage(value, out);
  if (same(id, oids::subject_alternative_name)) return read_alternative_names(value, out);
  if (same(id, oids::authority_key_id)) return read_authority_key_id(value, out);
  if (same(id, oids::key_usage)) out.key_usage = TRY(value.named_bits());
  if (same(id, oids::subject_key_id)) out.subject_key_id = TRY(key_id(TRY(value.expect(der::octet_string)).content));
  return {};
}

Status read_extension(der::DerReader& list, std::set<Buffer>& seen, Certificate& out) {
  der::DerReader in = TRY(list.enter(der::sequence));
  const Bytes id = TRY(in.expect(der::oid)).content;
  const std::string name{extension_name(id)};
  if (!seen.insert(copy_of(id)).second) return malformed("extension " + (name.empty() ? hex(id) : name) + " twice");
  bool critical = false;
  if (in.next_is(der::boolean)) {
    critical = TRY(in.truth());
    if (!critical) return malformed("extension: a default value is written out");  // X.690 11.5
  }
  if (name.empty()) {
    if (critical) return malformed("unknown critical extension " + hex(id));
    TRY(in.expect(der::octet_string));
    return in.end();
  }
  const auto read = [&]() -> Status {
    der::DerReader value = TRY(in.enter_string(der::octet_string));
    TRY(in.end());
    TRY(read_extension_value(id, value, out));
    return value.end();
  };
  if (Status status = read(); !status) return std::move(status).error().within(name);
  return {};
}

Status read_extensions(der::DerReader& tbs, Certificate& out) {
  if (tbs.empty()) return {};
  if (!tbs.next_is(der::context(3))) return malformed("unique identifiers are not accepted");
  der::DerReader wrapper = TRY(tbs.enter(der::context(3)));
  der::DerReader list = TRY(wrapper.enter(der::sequence));
  TRY(wrapper.end());
  if (list.empty()) return malformed("extensions: an empty list");
  std::set<Buffer> seen;
  while (!list.empty()) {
    if (seen.size() == extensions_max) return Error{Errc::too_large, "more than 16 extensions"};
    TRY(read_extension(list, seen, out));
  }
  return {};
}

Status read_serial(der::DerReader& tbs, Certificate& out) {
  const Bytes serial = TRY(tbs.non_negative());
  if (serial.size() > serial_bytes_max) return Error{Errc::too_large, "serial number: more than 20 bytes"};
  if (serial.size() == 1 && serial[0] == 0) return malformed("serial number: zero");
  out.serial = copy_of(serial);
  return {};
}

Status read_validity(der::DerReader& tbs, Certificate& out) {
  der::DerReader validity = TRY(tbs.enter(der::sequence));
  out.not_before = TRY(expect_time(validity));
  out.not_after = TRY(expect_time(validity));
  TRY(validity.end());
  if (out.not_after < out.not_before) return malformed("validity: ends before it begins");
  return {};
}

Status read_tbs(der::DerReader tbs, Certificate& out) {
  der::DerReader version = TRY(tbs.enter(der::context(0)));
  if (TRY(version.small_number(2)) != 2) return malformed("not a version 3 certificate");
  TRY(version.end());
  TRY(read_serial(tbs, out));
  TRY(expect_ecdsa_with_sha256(tbs));
  Name issuer = TRY(expect_name(tbs));
  TRY(read_validity(tbs, out));
  Name subject = TRY(expect_name(tbs));
  out.issuer_name = std::move(issuer.der);
  out.issuer_common_name = std::move(issuer.common_name);
  out.subject_name = std::move(subject.der);
  out.subject_common_name = std::move(subject.common_name);
  out.subject_organization = std::move(subject.organization);
  out.subject_unit = std::move(subject.unit);
  out.public_key = TRY(expect_public_key(tbs));
  TRY(read_extensions(tbs, out));
  return tbs.end();
}

Result<Certificate> parse(Bytes der) {
  Certificate out;
  out.der = copy_of(der);
  der::DerReader outer{der};
  der::DerReader in = TRY(outer.enter(der::sequence));
  TRY(outer.end());
  der::DerReader peek = in;
  out.tbs = copy_of(TRY(peek.expect(der::sequence)).whole);
  TRY(read_tbs(TRY(in.enter(der::sequence)), out));
  TRY(expect_ecdsa_with_sha256(in));
  out.signature = TRY(expect_signature(in));
  TRY(in.end());
  return out;
}

}  // namespace

Result<Certificate> parse_certificate(Bytes der) {
  if (der.size() > certificate_bytes_max) return Error{Errc::too_large, "certificate: more than 2048 bytes"};
  Result<Certificate> out = parse(der);
  if (!out) return std::move(out).error().within("certificate");
  return out;
}

Result<std::string> common_name_of_known(Bytes der) {
  der::DerReader outer{der};
  der::DerReader certificate = TRY(outer.enter(der::sequence));
  der::DerReader tbs = TRY(certificate.enter(der::sequence));
  for (int i = 0; i < 5; ++i) TRY(tbs.any());  // version, serial number, signature, issuer, validity
  Name subject = TRY(expect_name(tbs));
  return std::move(subject.common_name);
}

crypto::Digest fingerprint(const Certificate& certificate) { return crypto::sha256(certificate.der); }

}  // namespace signet::identity
