// Signed tokens and their keys: all that the RFCs have, and, for the algorithms that they leave out, ones signed by another
// implementation.
#pragma once

#include <array>
#include <string_view>

namespace chatd::identity::test {

struct SignedToken {
  std::string_view source;
  std::string_view algorithm;
  std::string_view jwk;
  std::string_view token;
};

// clang-format off
inline constexpr std::array vectors{
    SignedToken{"RFC 7515, A.1", "HS256",
        R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
    SignedToken{"RFC 7515, A.2", "RS256",
        R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
    SignedToken{"RFC 7515, A.3", "ES256",
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
    SignedToken{"RFC 7520, 4.1", "RS256",
        R"({"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"})",
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"},
    SignedToken{"RFC 7520, 4.2", "PS384",
        R"({"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"})",
        "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"},
    SignedToken{"RFC 7520, 4.3", "ES512",
        R"({"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"})",
        "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"},
    SignedToken{"RFC 7520, 4.4", "HS256",
        R"({"kty":"oct","kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037","use":"sig","alg":"HS256","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})",
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0"},
    SignedToken{"RFC 8037, A.4", "EdDSA",
        R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
    SignedToken{"python cryptography 48", "HS384",
        R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
        "eyJhbGciOiAiSFMzODQifQ.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.g9_8DVzgY-iGVPtOJEAzR90DSBcwqHjrqBdsbf7oWCNxOB705Pg-S1IzxD2xU9gZ"},
    SignedToken{"python cryptography 48", "HS512",
        R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
        "eyJhbGciOiAiSFM1MTIifQ.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.7ZSnGQSjxK9S_MaJpSyWwFKLvd1vrrvGzibQmZOETWx6XyBolD4lBVjPIfPr1FKFuB496War-KfGJUWLQW1vuw"},
    SignedToken{"python cryptography 48", "RS384",
        R"({"kty":"RSA","n":"p_z0rA2JzgGQe-7zZiWFsGm6ke6-W36YJHf3XHKHn4_X2WFojWov1wu9dnlPedvhuo1MGcnSx7m-tnQy8211sfym2A61wRLiosvW_A-IWT4Q1fZfpis0bfYmOzxY16X8wr8dxS0PNAi0iWvKcV3wAAS-VNLibxJrtU0iz_ankWeEHv648T_4ndBT880-MQwpc0RkYpfgM2KIXFjtDUFvME-1zaM9kA5CRK3cRpOmR_ZLxcakAfPHe74tLCzL8UV1h-z-5IBQFY8gzQAG85dc7ooGxYW7rZ4Af1TEeETkp_fG8tKdKOvIAcw6GVuHQIHxk8ljnI4S_wpoaN3FlT_ubw","e":"AQAB"})",
        "eyJhbGciOiAiUlMzODQifQ.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.TPHdLUQPxR1uAWZ5ywrXHG4Meme_okEOjf7l38VtKQ-B0IjZtBPdMdTsSdCS0zOUUx0KS1EVAxJAv629Vh6fmH-psfaUvR8mq3PsbUbpWMOVBPSyZNxbtyU1BydOAu7dAxdS9Cc4wLE4HS9c43UsQYsqy7gw5JDhkZpp6Dvnv-159_m-ZDefSnpbj1B_cdEHjbhyGA9RXilfgMznw8E2IHejfXq6MI-E_0XFJLVHf01dTSMgTpR-fFWPub6cc_8EzATKtKQD-SjhllbrcgNYwE3uSDjbMCMfqixq-J-gg7G93b5GwKZprDOAkeIK_suWsnk8Efb7nd6fMR8kAmDuPw"},
    SignedToken{"python cryptography 48", "RS512",
        R"({"kty":"RSA","n":"p_z0rA2JzgGQe-7zZiWFsGm6ke6-W36YJHf3XHKHn4_X2WFojWov1wu9dnlPedvhuo1MGcnSx7m-tnQy8211sfym2A61wRLiosvW_A-IWT4Q1fZfpis0bfYmOzxY16X8wr8dxS0PNAi0iWvKcV3wAAS-VNLibxJrtU0iz_ankWeEHv648T_4ndBT880-MQwpc0RkYpfgM2KIXFjtDUFvME-1zaM9kA5CRK3cRpOmR_ZLxcakAfPHe74tLCzL8UV1h-z-5IBQFY8gzQAG85dc7ooGxYW7rZ4Af1TEeETkp_fG8tKdKOvIAcw6GVuHQIHxk8ljnI4S_wpoaN3FlT_ubw","e":"AQAB"})",
        "eyJhbGciOiAiUlM1MTIifQ.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.hhcS8Sa_CEO8cGsEkeWuxI81I3wOCqqpVG1pjgFlK2UYnB6ClP_ivMJk2_wUi_9OCc59Mhc1bQQ1dzsDYK2COMbdZX1QSHRbFpQqPZ2VUNEBKaEnt3FjmSclv4k1cU-sgPKoUC4rCLdMfGV8ivjBZgAubiWptUMjM7k_ZAPwqRwfHscNBhDmH7OhX-TQyyVHUPn_YT940ToCSsxsJlQuXAHgFrY-Pz8ZPRL3YKkWwyyzKQMvWLYc7tPq-aVU20YoM7gYlM5XcbsLKqY_gJh0epoJAl8UVo0pm8LQTI4uJrY9qPhmm8aRH7ILdPAtlXeC1dSVLGcNR6eBU_PxY8xC-w"},
    SignedToken{"python cryptography 48", "PS256",
        R"({"kty":"RSA","n":"p_z0rA2JzgGQe-7zZiWFsGm6ke6-W36YJHf3XHKHn4_X2WFojWov1wu9dnlPedvhuo1MGcnSx7m-tnQy8211sfym2A61wRLiosvW_A-IWT4Q1fZfpis0bfYmOzxY16X8wr8dxS0PNAi0iWvKcV3wAAS-VNLibxJrtU0iz_ankWeEHv648T_4ndBT880-MQwpc0RkYpfgM2KIXFjtDUFvME-1zaM9kA5CRK3cRpOmR_ZLxcakAfPHe74tLCzL8UV1h-z-5IBQFY8gzQAG85dc7ooGxYW7rZ4Af1TEeETkp_fG8tKdKOvIAcw6GVuHQIHxk8ljnI4S_wpoaN3FlT_ubw","e":"AQAB"})",
        "eyJhbGciOiAiUFMyNTYifQ.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.jM-12ZG6v_XwnDcQmFruXDx9iZ0Kdme8BgtSXrg7nYg5HbWyAM6K9HFwzlVkeNF7KdcznYvbLg-8BqXtXkvxVYZ-oxpqsnF9tt0TgWsGgb49TEg7W8AyPmyn0Bu08x_wrkNJG1eAEs-jmrXyWvNHKzFRmV_zHmmGGE8EnUEtKXA73P1AXn9vN2y6bMAl0jGqn6K1wgWPQbooeUYzbeiE1eQ3ivEdvr2hZizeSP8Mnk7HWFWylgvhqBY1OWJXj4gmnjYCBldPIwMDe76-BRrHSeweLEaKxgv0OSi28rmAEZwVRR18m1l735FqypyT32FlkVhOAPgA8eUwVHHgphK_nQ"},
    SignedToken{"python cryptography 48", "PS512",
        R"({"kty":"RSA","n":"p_z0rA2JzgGQe-7zZiWFsGm6ke6-W36YJHf3XHKHn4_X2WFojWov1wu9dnlPedvhuo1MGcnSx7m-tnQy8211sfym2A61wRLiosvW_A-IWT4Q1fZfpis0bfYmOzxY16X8wr8dxS0PNAi0iWvKcV3wAAS-VNLibxJrtU0iz_ankWeEHv648T_4ndBT880-MQwpc0RkYpfgM2KIXFjtDUFvME-1zaM9kA5CRK3cRpOmR_ZLxcakAfPHe74tLCzL8UV1h-z-5IBQFY8gzQAG85dc7ooGxYW7rZ4Af1TEeETkp_fG8tKdKOvIAcw6GVuHQIHxk8ljnI4S_wpoaN3FlT_ubw","e":"AQAB"})",
        "eyJhbGciOiAiUFM1MTIifQ.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.GFDvT3-UTxTCe9CHpKyEg0vynVGyoW-HjGdk33A0frOU4vpNWGygaqF0jQk5rDEkMtuM6fMNAHDHme-2i1prK3G8t_t89zEeyJi7CHaPP64EVyQTl-G-YkH0G9Cos5zfsZu9O8Qowdu6ZI5OoArPnWZo6wy61CTvNjmQ8drgAT8VclSp4VHZlsLL4dtjq5UDjFluLvYdoNVJ_MAk90KQEgstZqBF41UOyOvYrl4x9DlfdB73_yYlu7a_fYxY8SgRyKRPNfZ4yrLkvB5mWxSxoGHidtUEUTW4Ff0zl2M8yEo_vNafSEmresWBMEOFQwjsRRW9SgYn_CTIIvkZyAWOqg"},
    SignedToken{"python cryptography 48", "ES384",
        R"({"kty":"EC","crv":"P-384","x":"Oo_3wdkax42iM3nNcUBHPY0O7QaJSqFd1HweKPyjxHRfhj1W58kmhDCSlX4f8M2d","y":"ERkQFU-YxZv_LR1RL5AzfY78Uue84YdENtRqQkEzeSDA1boyv_BSGroA97dd6Bki"})",
        "eyJhbGciOiAiRVMzODQifQ.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.3Yg1Ay3dFAkinsvpljMzXb1fYzCu1_6zRfMrEDVMXW1j3AWm9r6yO5kzHvZa6cstM-wkeNUY_ISMJHiw_hkh36Xi2rFsfidrbw9iuStKVSb5bv2rJnUcJuTwssZm_PpO"},
    SignedToken{"python cryptography 48", "EdDSA",
        R"({"kty":"OKP","crv":"Ed448","x":"v_C-nSO93Fff6b0SlDC1qPeibbFi-RKmpuTtYihMFFVpVAhY4yVxLSiHaSfY0ZrB8fO2yF93B-WA"})",
        "eyJhbGciOiAiRWREU0EifQ.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.Pl4NQDc_oxswRR-1priHjO1A6KTN_fsJFz8bmjmeigx7S3Hjwio0lTeKPad09E14M2r7XBJT3t4AQXCKn-jBlJ0qEB0Ns8kYjb1cdpIODpvhW_xKsx0rFjQav49Hy5dV9oOXmFiNV4dJ25wNfJuxIRYA"},
};
// clang-format on

}  // namespace chatd::identity::test
