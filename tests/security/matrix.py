"""The permission matrix: for each address the method, the path, and what each person is answered.

The statuses are those of nobody, Ada (who owns what the path names), Bob (who owns nothing) and
staff. An empty form or body is sent, so 400 means: allowed, and to be filled in.
"""

from uuid import UUID

Statuses = tuple[int, int, int, int]
Row = tuple[str, str, Statuses]

SUBMISSION, BATTLE, VOTED = (UUID(int=number) for number in (1, 2, 3))
OF_SUBMISSION = f"submissions/{SUBMISSION}"
OF_BATTLE = f"battles/{BATTLE}"

ANYONE: Statuses = (200, 200, 200, 200)
TAKEN: Statuses = (204, 204, 204, 204)
MOVED: Statuses = (302, 302, 302, 302)
INCOMPLETE: Statuses = (400, 400, 400, 400)
NOTHING: Statuses = (404, 404, 404, 404)  # what the path names was never measured
AWAY: Statuses = (503, 503, 503, 503)  # no engine answers in this test
OWNER_ONLY: Statuses = (404, 200, 404, 404)
STAFF_ONLY: Statuses = (403, 403, 403, 200)
STAFF_PAGE: Statuses = (302, 403, 403, 200)  # who is nobody may sign in first
STAFF_ACTION: Statuses = (302, 403, 403, 302)
OWNER_AND_STAFF: Statuses = (403, 302, 403, 302)

ROWS: dict[str, list[Row]] = {
    "board": [("GET", "/", ANYONE)],
    "board-export": [("GET", "/board.csv", ANYONE)],
    "contender-detail": [("GET", "/contenders/heron/", ANYONE)],
    "chart-list": [("GET", "/charts/", ANYONE)],
    "chart-detail": [("GET", "/charts/nothing/", NOTHING)],
    "chart-data": [("GET", "/charts/nothing.csv", NOTHING)],
    "queue": [("GET", "/queue/", ANYONE)],
    "compare": [("GET", "/compare/", ANYONE)],
    "sample-list": [("GET", "/contenders/heron/samples/", NOTHING)],
    "sample-download": [("GET", "/contenders/heron/samples/benchmark-0.parquet", NOTHING)],
    "submission-list": [("GET", "/submissions/", ANYONE)],
    "submission-new": [
        ("GET", "/submissions/new/", ANYONE),
        ("POST", "/submissions/new/", INCOMPLETE),
    ],
    "submission-detail": [("GET", f"/{OF_SUBMISSION}/", ANYONE)],
    "submission-cancel": [("POST", f"/{OF_SUBMISSION}/cancel/", OWNER_AND_STAFF)],
    "submission-resume": [("POST", f"/{OF_SUBMISSION}/resume/", OWNER_AND_STAFF)],
    "submission-rerun": [("POST", f"/{OF_SUBMISSION}/rerun/", OWNER_AND_STAFF)],
    "language": [("POST", "/language/", MOVED)],
    "vote-list": [("GET", "/arena/votes/", ANYONE)],
    "event-list": [("GET", "/changelog/", ANYONE)],
    "arena": [("GET", "/arena/", ANYONE), ("POST", "/arena/", INCOMPLETE)],
    "battle-next": [("POST", "/arena/next/", MOVED)],
    "battle-prepared": [("POST", "/arena/prepared/", MOVED)],
    "battle-surprise": [("POST", "/arena/surprise/", MOVED)],
    "battle-detail": [("GET", f"/arena/{OF_BATTLE}/", OWNER_ONLY)],
    "battle-vote": [("POST", f"/arena/{OF_BATTLE}/vote/", (404, 400, 404, 404))],
    "battle-stream": [("GET", f"/arena/{OF_BATTLE}/stream/", OWNER_ONLY)],
    "api:api-root": [("GET", "/api/v1/", MOVED)],
    "api:openapi-json": [("GET", "/api/v1/openapi.json", ANYONE)],
    "api:openapi-view": [("GET", "/api/v1/docs", ANYONE)],
    "api:submit": [("POST", "/api/v1/submissions", INCOMPLETE)],
    "api:list_submissions": [("GET", "/api/v1/submissions", ANYONE)],
    "api:read_submission": [("GET", f"/api/v1/{OF_SUBMISSION}", ANYONE)],
    "api:cancel": [("POST", f"/api/v1/{OF_SUBMISSION}/cancel", (403, 200, 403, 409))],
    "api:resume": [("POST", f"/api/v1/{OF_SUBMISSION}/resume", (403, 409, 403, 409))],
    "api:rerun": [("POST", f"/api/v1/{OF_SUBMISSION}/rerun", (403, 409, 403, 409))],
    "api:read_queue": [("GET", "/api/v1/queue", ANYONE)],
    "api:list_contenders": [("GET", "/api/v1/contenders", ANYONE)],
    "api:read_contender": [("GET", "/api/v1/contenders/heron", ANYONE)],
    "api:read_stack": [("GET", "/api/v1/contenders/heron/stack", ANYONE)],
    "api:list_samples": [("GET", "/api/v1/contenders/heron/samples", NOTHING)],
    "api:read_board": [("GET", "/api/v1/board", ANYONE)],
    "api:compare": [("GET", "/api/v1/compare", INCOMPLETE)],
    "api:start_battle": [("POST", "/api/v1/battles", INCOMPLETE)],
    "api:read_battle": [("GET", f"/api/v1/{OF_BATTLE}", OWNER_ONLY)],
    "api:cast_vote": [("POST", f"/api/v1/{OF_BATTLE}/vote", INCOMPLETE)],
    "api:list_votes": [("GET", "/api/v1/votes", ANYONE)],
    "api:list_ratings": [("GET", "/api/v1/ratings", ANYONE)],
    "api:list_events": [("GET", "/api/v1/changelog", ANYONE)],
    "side-by-side": [
        ("GET", "/arena/side-by-side/", ANYONE),
        ("POST", "/arena/side-by-side/", INCOMPLETE),
    ],
    "chat": [("GET", "/arena/chat/", ANYONE), ("POST", "/arena/chat/", INCOMPLETE)],
    "battle-shared": [("GET", "/arena/shared/nothing/", NOTHING)],
    "battle-ask": [("POST", f"/arena/{OF_BATTLE}/turns/", (404, 302, 404, 404))],
    "battle-stop": [("POST", f"/arena/{OF_BATTLE}/stop/", (404, 302, 404, 404))],
    "battle-leave": [("POST", f"/arena/{OF_BATTLE}/leave/", (404, 302, 404, 404))],
    "battle-explain": [("POST", f"/arena/{OF_BATTLE}/reasons/", (404, 302, 404, 404))],
    "battle-share": [("POST", f"/arena/{OF_BATTLE}/share/", (404, 302, 404, 404))],
    "battle-erase": [("POST", f"/arena/{OF_BATTLE}/erase/", (404, 302, 404, 404))],
    "api:erase_conversation": [
        ("DELETE", f"/api/v1/{OF_BATTLE}/conversation", (404, 204, 404, 404))
    ],
    "me-forget": [("POST", "/me/forget/", MOVED)],
    "battle-report": [
        ("GET", f"/arena/{OF_BATTLE}/report/", OWNER_ONLY),
        ("POST", f"/arena/{OF_BATTLE}/report/", (404, 400, 404, 404)),
    ],
    "shared-report": [("GET", "/arena/shared/nothing/report/", NOTHING)],
    "case-list": [("GET", "/moderation/", STAFF_PAGE)],
    "case-detail": [("GET", f"/moderation/{OF_BATTLE}/", STAFF_PAGE)],
    "case-decide": [("POST", f"/moderation/{OF_BATTLE}/decide/", STAFF_ACTION)],
    "prompt-set-list": [
        ("GET", "/moderation/prompts/", STAFF_PAGE),
        ("POST", "/moderation/prompts/", (302, 403, 403, 400)),
    ],
    "prompt-set-offer": [("POST", "/moderation/prompts/nothing/offer/", (302, 403, 403, 404))],
    "api:list_prompt_sets": [
        ("GET", "/api/v1/prompt-sets", STAFF_ONLY),
        ("POST", "/api/v1/prompt-sets", (403, 403, 403, 400)),
    ],
    "api:import_prompts": [("POST", "/api/v1/prompt-sets", (403, 403, 403, 400))],
    "api:offer_prompts": [("PATCH", "/api/v1/prompt-sets/nothing", (403, 403, 403, 400))],
    "ruling-undo": [("POST", "/moderation/rulings/999/undo/", (302, 403, 403, 404))],
    "api:report_battle": [("POST", f"/api/v1/{OF_BATTLE}/reports", INCOMPLETE)],
    "api:report_shared": [("POST", "/api/v1/shared/nothing/reports", INCOMPLETE)],
    "api:list_cases": [("GET", "/api/v1/moderation/cases", STAFF_ONLY)],
    "api:list_rulings": [("GET", "/api/v1/moderation/rulings", STAFF_ONLY)],
    "api:make_ruling": [
        ("POST", f"/api/v1/moderation/{OF_BATTLE}/rulings", (403, 403, 403, 400)),
    ],
    "api:undo_ruling": [
        ("POST", "/api/v1/moderation/rulings/999/undo", (403, 403, 403, 404)),
    ],
    "rating-list": [("GET", "/ratings/", ANYONE)],
    "rating-export": [("GET", "/ratings.csv", ANYONE)],
    "rating-matrix": [("GET", "/ratings/matrix/", ANYONE)],
    "pair-list": [("GET", "/ratings/pairs/", ANYONE)],
    "rating-history": [("GET", "/ratings/history/heron/", ANYONE)],
    "api:start_conversation": [("POST", "/api/v1/conversations", INCOMPLETE)],
    "api:ask_on": [("POST", f"/api/v1/{OF_BATTLE}/turns", INCOMPLETE)],
    "api:stop_battle": [("POST", f"/api/v1/{OF_BATTLE}/stop", (404, 409, 404, 404))],
    "api:leave_battle": [("POST", f"/api/v1/{OF_BATTLE}/leave", OWNER_ONLY)],
    "api:read_rating_history": [("GET", "/api/v1/ratings/history/heron", ANYONE)],
    "api:read_matrix": [("GET", "/api/v1/ratings/matrix", ANYONE)],
    "api:list_pairs": [("GET", "/api/v1/ratings/pairs", ANYONE)],
    "api:give_reasons": [("PUT", f"/api/v1/{OF_BATTLE}/reasons", (404, 409, 404, 404))],
    "api:share_battle": [
        ("DELETE", f"/api/v1/{OF_BATTLE}/shared", (404, 204, 404, 404)),
        ("PUT", f"/api/v1/{OF_BATTLE}/shared", (404, 409, 404, 404)),
    ],
    "api:unshare_battle": [
        ("DELETE", f"/api/v1/{OF_BATTLE}/shared", (404, 204, 404, 404)),
        ("PUT", f"/api/v1/{OF_BATTLE}/shared", (404, 409, 404, 404)),
    ],
    "contender-badge": [("GET", "/contenders/heron/badge.svg", ANYONE)],
    "me": [("GET", "/me/", ANYONE)],
    "token-make": [("POST", "/me/tokens/", MOVED)],
    "token-revoke": [("POST", "/me/tokens/999/revoke/", MOVED)],
    "session-end-all": [("POST", "/me/sign-out-everywhere/", MOVED)],
    "me-delete": [("POST", "/me/delete/", MOVED)],
    "help-list": [("GET", "/help/", ANYONE)],
    "help-detail": [("GET", "/help/nothing/", NOTHING)],
    "feed": [("GET", "/feed.atom", ANYONE), ("POST", "/feed.atom", ANYONE)],
    "battle-stream-api": [("GET", f"/api/v1/{OF_BATTLE}/stream", OWNER_ONLY)],
    "result-import": [
        ("GET", "/contenders/heron/import/", ANYONE),
        ("POST", "/contenders/heron/import/", (403, 400, 400, 400)),
    ],
    "submission-check": [("POST", "/submissions/check/", ANYONE)],
    "submission-results": [("GET", f"/{OF_SUBMISSION}/results.json", NOTHING)],
    "api:read_results": [("GET", f"/api/v1/{OF_SUBMISSION}/results", NOTHING)],
    "vote-consent": [("POST", "/arena/votes/consent/", MOVED)],
    "export-list": [("GET", "/exports/", ANYONE)],
    "export-file": [("GET", "/exports/nothing.nothing", NOTHING)],
    "me-notices": [("POST", "/me/notices/", MOVED)],
    "api:import_results": [("POST", "/api/v1/contenders/heron/results", (403, 400, 400, 400))],
    "api:upload": [("POST", "/api/v1/uploads", (415, 415, 415, 415))],
    "design": [("GET", "/design/", ANYONE)],
    "health-alive": [("GET", "/healthz", ANYONE)],
    "health-ready": [("GET", "/readyz", AWAY)],
    "metric-list": [("GET", "/metrics", ANYONE)],
    "policy-report": [("POST", "/policy-reports/", TAKEN)],
    "any": [("GET", "/api/v1/nothing", NOTHING), ("DELETE", "/api/v1/nothing", NOTHING)],
}
