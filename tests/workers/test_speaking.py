"""The line to the servers that answer."""

import asyncio
import socket

import httpx

from workers import speaking


class TestHttpClient:
    def test_calls_again_where_nobody_listened_yet(self) -> None:
        async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        async def ask_before_it_listens() -> httpx.Response:
            with socket.socket() as taken:  # its port is refused until somebody listens
                taken.bind(("127.0.0.1", 0))
                async with speaking.http_client() as http:
                    asking = asyncio.create_task(
                        http.get(f"http://127.0.0.1:{taken.getsockname()[1]}")
                    )
                    await asyncio.sleep(0.2)
                    async with await asyncio.start_server(say, sock=taken):
                        return await asking

        assert asyncio.run(ask_before_it_listens()).status_code == 200
